/** The memory of one Salebot project: its clients with the variables of client and deal apart, and what each client's bot was told. */
import { demo } from "../demo.ts";
import { textOf } from "../kit/values.ts";
import type { Fields } from "../kit/values.ts";

export type Client = {
  id: number;
  platform_id: string;
  client_type: number;
  group: string;
  name: string;
  variables: Record<string, string>;
  order: Record<string, string>;
  received: { at: number; how: "callback" | "message"; text: string }[];
};
export type Project = { clients: Map<number, Client>; everyone: boolean };

const TELEGRAM = 1;

export function addClient(project: Project, given: Fields): Client {
  const email = textOf(given["email"]);
  const phone = textOf(given["phone"]);
  const client: Client = {
    id: Number(textOf(given["id"]) || 22_222_222 + project.clients.size),
    platform_id: textOf(given["platform_id"]),
    client_type: Number(textOf(given["client_type"]) || TELEGRAM),
    group: textOf(given["group"]) || demo.salebot.group,
    name: textOf(given["name"]),
    variables: { ...(email === "" ? {} : { email }), ...(phone === "" ? {} : { phone }) },
    order: {},
    received: [],
  };
  project.clients.set(client.id, client);
  return client;
}

/** By id, else by platform id within its group, else by the phone or e-mail that the client's variables hold. */
export function findClient(project: Project, address: Fields): Client | undefined {
  const id = textOf(address["client_id"]);
  if (/^\d+$/.test(id)) {
    const known = project.clients.get(Number(id));
    return known ?? (project.everyone ? addClient(project, { id }) : undefined);
  }
  const platform = textOf(address["platform_id"]);
  const wanted = [
    { name: "phone", value: textOf(address["client_phone"]) },
    { name: "email", value: textOf(address["client_email"]) },
  ].find(({ value }) => value !== "");
  return [...project.clients.values()].find((client) => {
    if (platform !== "")
      return (
        client.platform_id === platform &&
        client.client_type === address["client_type"] &&
        client.group === textOf(address["group"])
      );
    return wanted !== undefined && client.variables[wanted.name] === wanted.value;
  });
}

export function openProject(): Project {
  const project: Project = { clients: new Map(), everyone: false };
  addClient(project, {
    id: demo.person.salebot_client,
    platform_id: demo.person.telegram_id,
    name: demo.person.first_name,
  });
  return project;
}
