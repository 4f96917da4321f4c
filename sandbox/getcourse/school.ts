/** The memory of one GetCourse account: users by contact, custom fields by id and by title, orders. Every one of its APIs works on it. */
import { demo } from "../demo.ts";
import { textOf } from "../kit/values.ts";

export type Field = { id: number; title: string };
export type User = {
  id: number;
  email: string;
  phone: string;
  first_name: string;
  last_name: string;
  city: string;
  country: string;
  groups: string[];
  custom: Map<number, string>;
  session: Record<string, unknown>;
  /** Titles that this user's card does not show. */
  lacks: string[];
};
export type Deal = {
  id: number;
  number: string;
  user_id: number;
  title: string;
  offer: string;
  cost: number;
  currency: string;
  status: string;
  payed_value: number;
  payments: number;
  comment: string;
  custom: Map<number, string>;
  created_at: string;
};
export type School = {
  fields: Field[];
  users: Map<number, User>;
  contacts: Map<string, number>;
  deals: Map<string, Deal>;
  subscriptions: { uri: string; event_object_id: number; event_id: number }[];
  messages: { email: string; mailing_id: string }[];
  exports: { calls: number[]; running: string; polls: number; next: number };
};

/** The statuses an order can have. «false» is a legal one: ложный заказ. */
export const DEAL_STATUSES: readonly string[] = [
  "new",
  "payed",
  "cancelled",
  "false",
  "in_work",
  "payment_waiting",
  "part_payed",
  "waiting_for_return",
  "not_confirmed",
  "pending",
];

export function findUser(school: School, contact: { id?: unknown; email?: unknown; phone?: unknown }): User | undefined {
  const byId = school.users.get(Number(textOf(contact.id) || Number.NaN));
  if (byId !== undefined) return byId;
  const known = [textOf(contact.email).toLowerCase(), textOf(contact.phone)]
    .filter((key) => key !== "")
    .map((key) => school.contacts.get(key));
  return school.users.get(known.find((id) => id !== undefined) ?? Number.NaN);
}

export function addUser(school: School, contact: { email: string; phone?: string; lacks?: string[] }): User {
  const user: User = {
    id: 124_091_828 + school.users.size,
    email: contact.email,
    phone: contact.phone ?? "",
    first_name: "",
    last_name: "",
    city: "",
    country: "",
    groups: [],
    custom: new Map(),
    session: {},
    lacks: contact.lacks ?? [],
  };
  school.users.set(user.id, user);
  if (user.email !== "") school.contacts.set(user.email.toLowerCase(), user.id);
  if (user.phone !== "") school.contacts.set(user.phone, user.id);
  return user;
}

/** What both the import and the Tech API write onto a user's card; an empty value leaves what is there. */
export function writeCard(user: User, given: Record<string, unknown>): void {
  for (const name of ["first_name", "last_name", "city", "country", "phone"] as const)
    user[name] = textOf(given[name]) || user[name];
}

/** Without a number every call makes another order: the import is not idempotent. */
export function addDeal(school: School, userId: number, number: string, at: number): Deal {
  const ordinal = school.deals.size;
  const deal: Deal = {
    id: 456 + ordinal,
    number: number === "" ? String(1001 + ordinal) : number,
    user_id: userId,
    title: "",
    offer: "",
    cost: 0,
    currency: "RUB",
    status: "new",
    payed_value: 0,
    payments: 0,
    comment: "",
    custom: new Map(),
    created_at: new Date(at).toISOString(),
  };
  school.deals.set(deal.number, deal);
  return deal;
}

/** Leaving «payed» revokes nothing; entering it makes a payment by itself. */
export function setDealStatus(deal: Deal, status: string): void {
  if (status === "payed" && deal.status !== "payed") {
    deal.payments += 1;
    deal.payed_value = deal.cost;
  }
  deal.status = status;
}

export function openSchool(): School {
  const school: School = {
    fields: Object.entries(demo.getcourse.fields).map(([title, id]) => ({ id, title })),
    users: new Map(),
    contacts: new Map(),
    deals: new Map(),
    subscriptions: [],
    messages: [],
    exports: { calls: [], running: "", polls: 0, next: 1 },
  };
  const ivan = addUser(school, { email: demo.person.email });
  ivan.first_name = demo.person.first_name;
  const deal = addDeal(school, ivan.id, demo.getcourse.deal_number, Date.UTC(2026, 8, 6));
  deal.title = "Курс";
  deal.cost = 400;
  addUser(school, { email: demo.getcourse.email_without_telegram_field, lacks: ["telegram_id"] });
  addUser(school, { email: demo.getcourse.email_without_salebot_field, lacks: ["sb_294495_id"] });
  return school;
}
