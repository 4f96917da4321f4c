/** The rules of docs/identity.md read a second time, as naively as they are written: no indexes, no change log, no D1, every question answered by
 *  going through everything. It shares no code with the product but the names of identifiers, so that a misreading of either shows as a difference. */
import { type Ids, namedValues } from "./people.ts";

const PRIORITY: Readonly<Record<string, number>> = {
  telegram_id: 2,
  max_id: 2,
  vk_id: 2,
  gc_user_id: 3,
  user_id: 3,
  player_id: 3,
  client_id: 4,
  email: 6,
  phone: 7,
  click: 8,
  clickid: 8,
  visitor: 9,
};
const LIMIT: Readonly<Record<string, number>> = {
  telegram_id: 1,
  max_id: 1,
  vk_id: 1,
  gc_user_id: 1,
  user_id: 1,
  player_id: 5,
  client_id: 50,
  email: 5,
  phone: 3,
};
const MESSENGERS = new Set(["telegram_id", "max_id", "vk_id"]);
const CONTACTS = new Set(["email", "phone"]);

const typeOf = (id: string): string => id.slice(0, id.indexOf("|"));
const groupOf = (id: string): string => id.slice(0, id.lastIndexOf("|"));
const priorityOf = (id: string): number => PRIORITY[typeOf(id)] ?? Number.NaN;
const limitOf = (id: string): number => LIMIT[typeOf(id)] ?? Number.POSITIVE_INFINITY;
const tells = (ids: readonly string[]): boolean => ids.some((id) => priorityOf(id) <= 7 && typeOf(id) !== "player_id");

type Told = { readonly name: string; readonly type: string; readonly ids: readonly string[]; readonly at: number };
type Merge = { readonly survivor: number; readonly loser: number; readonly moved: readonly number[]; readonly operator: boolean };

export class SecondReading {
  /** A person as once created → whom she stands for now. */
  readonly stands: number[] = [];
  readonly firstSeen: number[] = [];
  readonly home = new Map<string, number>();
  readonly events = new Map<string, { home: number; through: string; click: string | null }>();
  waiting: Told[] = [];
  readonly started = new Set<string>();
  /** The trackers' ids that a click's own event brought. */
  readonly issued = new Map<string, string[]>();
  readonly claimants = new Map<string, Set<string>>();
  apart: (readonly [number, number])[] = [];
  readonly merges: Merge[] = [];

  owner(id: string): number | null {
    const home = this.home.get(id);
    return home === undefined ? null : (this.stands[home] ?? null);
  }
  held = (person: number): string[] => [...this.home.keys()].filter((id) => this.owner(id) === person);
  people = (): number[] => [...new Set(this.stands)];
  quarantined = (id: string): boolean => CONTACTS.has(typeOf(id)) && (this.claimants.get(id)?.size ?? 0) >= 3;
  keptApart = (a: number, b: number): boolean =>
    this.apart.some(([x, y]) => {
      const [p, q] = [this.stands[x], this.stands[y]];
      return (p === a && q === b) || (p === b && q === a);
    });

  /** An over-full side (an operator's word) may stay over-full; automation may not add to it. */
  fits(own: readonly string[], more: readonly string[]): boolean {
    return more.every((id) => {
      const group = (ids: readonly string[]): Set<string> => new Set(ids.filter((other) => groupOf(other) === groupOf(id)));
      const [a, b] = [group(own), group(more)];
      const union = new Set([...a, ...b]).size;
      return a.size === 0 || union <= limitOf(id) || union <= Math.max(a.size, b.size);
    });
  }

  in(ids: Ids, type: string, name: string, at: number): void {
    const named = namedValues(ids).map((claim) => `${claim.type}|${claim.scope}|${claim.value}`);
    this.decide({ name, type, at, ids: named.toSorted((a, b) => priorityOf(a) - priorityOf(b)) });
    for (let woken = this.nextKnown(); woken; woken = this.nextKnown()) {
      this.waiting = this.waiting.filter((other) => other !== woken);
      this.decide(woken);
    }
  }

  nextKnown = (): Told | undefined =>
    this.waiting.find(({ ids }) => ids.some((id) => this.owner(id) !== null && !this.quarantined(id)));

  decide(event: Told): void {
    const ids = event.ids.filter((id) => !this.quarantined(id));
    const demoted = new Set<string>();
    const known = ids.filter((id) => this.owner(id) !== null);
    let found = known.find((id) => {
      const owner = this.owner(id) ?? -1;
      const strong = ids.filter(
        (other) => limitOf(other) < 99 && priorityOf(other) <= priorityOf(id) && this.owner(other) !== owner,
      );
      if (this.fits(this.held(owner), strong)) return true;
      demoted.add(id);
      return false;
    });
    const founder = ids.find((id) => !demoted.has(id) && typeOf(id) !== "clickid");
    if (found === undefined && founder === undefined && known.length > 0) {
      found = known[0];
      demoted.clear();
    }
    if (found === undefined && founder === undefined) {
      if (ids.length > 0 || event.ids.length > 0) this.waiting.push(event);
      return;
    }
    const home = found === undefined ? this.found(event.at) : (this.home.get(found) ?? -1);
    this.firstSeen[home] = Math.min(this.firstSeen[home] ?? event.at, event.at);
    this.join(event, { ids, demoted, home, through: found ?? founder ?? "" });
  }

  found(at: number): number {
    this.firstSeen.push(at);
    return this.stands.push(this.stands.length) - 1;
  }

  join(
    event: Told,
    { ids, demoted, home, through }: { ids: readonly string[]; demoted: ReadonlySet<string>; home: number; through: string },
  ): void {
    const root = this.stands[home] ?? -1;
    const fresh: string[] = [];
    const joined = [root];
    const moving: string[] = [];
    const all = (): string[] => [...joined.flatMap(this.held), ...fresh];
    for (const id of ids) {
      const owner = this.owner(id);
      if (owner === null) {
        if (this.fits(all(), [id])) fresh.push(id);
        continue;
      }
      if (joined.includes(owner)) continue;
      const apart = joined.some((person) => this.keptApart(person, owner));
      const weak = priorityOf(id) >= 8;
      const onlyShared = weak && tells(all()) && tells(this.held(owner));
      if (!demoted.has(id) && !apart && !onlyShared && this.fits(all(), this.held(owner))) joined.push(owner);
      else if (weak) {
        if (event.type === "bot_start" && typeOf(id) === "click" && !this.started.has(id)) moving.push(id);
      } else if (!apart && CONTACTS.has(typeOf(id))) {
        const sides = [...all(), ...ids.filter((other) => !demoted.has(other)), ...this.held(owner)];
        const claimants = sides.filter((other) => MESSENGERS.has(typeOf(other)));
        this.claimants.set(id, new Set([...(this.claimants.get(id) ?? []), ...claimants]));
      }
    }
    for (const id of fresh) this.home.set(id, home);
    for (const id of moving) this.moveClick(id, home);
    for (const other of joined.slice(1)) this.merge(this.stands[home] ?? -1, this.stands[other] ?? -1, false);
    const clicks = ids.filter((id) => typeOf(id) === "click");
    if (event.type === "bot_start") {
      for (const id of clicks) if (this.owner(id) === this.stands[home]) this.started.add(id);
    }
    if (event.type === "click") {
      const issued = fresh.filter((id) => typeOf(id) === "clickid");
      for (const id of clicks) this.issued.set(id, [...(this.issued.get(id) ?? []), ...issued]);
    }
    const own = typeOf(through).startsWith("click") ? fresh.find((id) => priorityOf(id) <= 7) : undefined;
    this.events.set(event.name, { home, through: own ?? through, click: event.type === "click" ? (clicks[0] ?? null) : null });
  }

  moveClick(id: string, home: number): void {
    const from = this.owner(id);
    for (const part of [id, ...(this.issued.get(id) ?? []).filter((clickid) => this.owner(clickid) === from)]) {
      this.home.set(part, home);
      for (const event of this.events.values()) {
        if ((event.through === part || event.click === part) && this.stands[event.home] === from) event.home = home;
      }
    }
  }

  merge(a: number, b: number, operator: boolean): void {
    const members = (person: number): number[] => [...this.stands.keys()].filter((one) => this.stands[one] === person);
    const since = (person: number): number => Math.min(...members(person).map((one) => this.firstSeen[one] ?? 0));
    const [survivor, loser] = since(a) <= since(b) ? [a, b] : [b, a];
    const moved = members(loser);
    for (const one of moved) this.stands[one] = survivor;
    this.merges.push({ survivor, loser, moved, operator });
  }

  /** The newest merge into a person; an automatic one that is undone stays undone. */
  unmerge(person: number): void {
    const place = this.merges.findLastIndex(({ survivor }) => survivor === person);
    const [merge] = place < 0 ? [] : this.merges.splice(place, 1);
    if (!merge) return;
    for (const one of merge.moved) this.stands[one] = merge.loser;
    if (!merge.operator) this.apart.push([merge.survivor, merge.loser]);
  }

  /** Cards as `pictureOf` draws them. */
  picture(): string {
    const cards = this.people().map((person) => ({
      ids: this.held(person).toSorted(),
      events: [...this.events]
        .filter(([, { home }]) => this.stands[home] === person)
        .map(([name]) => name)
        .toSorted(),
    }));
    return JSON.stringify(cards.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
  }
}
