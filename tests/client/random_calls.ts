/** Random calls of one writer, one after another, with a journal of what it believes. */
import {
  type Continuum,
  ContinuumError,
  type Message,
} from "../../client/src/index.ts";
import type { Random } from "../lineage/random.ts";
import type { Belief, Journal } from "./journal.ts";

/** Errors that a network which fails, or another writer, may lead to. */
const EXPECTED = new Set([
  "network_error",
  "timeout",
  "unavailable",
  "rate_limited",
  "unexpected_response",
  "incomplete",
  // Another writer has moved the line.
  "position_conflict",
]);

/** An upload now and then is sent in pieces. */
const BIG_BYTES = 6 * 1024 * 1024 + 1;

export class Writer {
  readonly #client: Continuum;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #writer: number;
  /** Names of conversations that others write to as well, as this writer addresses them. */
  readonly #shared: { id: string; name: string }[];
  readonly #seen: { id: string; name: string; message: Message }[] = [];
  readonly #files: { id: string; text: string }[] = [];
  #own = { id: "", name: "" };
  #count = 0;

  constructor(
    client: Continuum,
    journal: Journal,
    random: Random,
    writer: number,
    shared: { id: string; name: string }[],
  ) {
    this.#client = client;
    this.#journal = journal;
    this.#random = random;
    this.#writer = writer;
    this.#shared = shared;
    this.#beginOwn();
  }

  /** One more call. */
  async step(): Promise<void> {
    const kinds: [weight: number, call: () => Promise<void>][] = [
      [40, () => this.#append({})],
      [6, () => this.#revise()],
      [4, () => this.#append({ afterPosition: this.#anyPosition() })],
      [10, () => this.#readLog()],
      [5, () => this.#readMessage()],
      [
        4,
        () =>
          this.#readOnly(
            "context",
            (place) =>
              this.#client.conversation(place.id).context({
                maxTokens: 1_000_000,
              }),
          ),
      ],
      [4, () => this.#rename()],
      [2, () => this.#readOnly("list", () => this.#client.list().page())],
      [3, () => this.#fork()],
      [3, () => this.#erase()],
      [3, () => this.#export()],
      [7, () => this.#upload()],
      [5, () => this.#download()],
      [2, () => this.#delete()],
    ];
    let choice = this.#random(kinds.reduce((sum, [weight]) => sum + weight, 0));
    const [, call] = kinds.find(([weight]) => (choice -= weight) < 0)!;
    await call();
  }

  #beginOwn() {
    const name = `own-${this.#writer}-${this.#unique()}`;
    this.#own = { id: name, name };
  }

  #unique(): string {
    return `w${this.#writer}n${this.#count++}`;
  }

  #place(): { id: string; name: string } {
    const places = [this.#own, this.#own, ...this.#shared];
    return places[this.#random(places.length)]!;
  }

  #anyPosition(): number {
    const here = this.#seen.filter(({ name }) => name === this.#own.name);
    return here.length === 0
      ? 0
      : here[this.#random(here.length)]!.message.position;
  }

  /** Makes the call and says what is to be believed of it. */
  async #believed<T>(
    kind: string,
    call: () => Promise<T>,
    allowed: string[] = [],
  ): Promise<{ belief: Belief; code?: string; value?: T }> {
    try {
      const value = await call();
      this.#journal.count(`${kind} done`);
      return { belief: "done", value };
    } catch (error) {
      if (!(error instanceof ContinuumError)) {
        // The body of a download is read by its caller, who meets the network's own error.
        if (kind !== "download") {
          this.#journal.surprises.push(`${kind} threw ${error}`);
        }
        return { belief: "unknown" };
      }
      this.#journal.count(`${kind} ${error.code}`);
      if (!EXPECTED.has(error.code) && !allowed.includes(error.code)) {
        this.#journal.surprises.push(`${kind} failed with ${error.message}`);
      }
      const belief = error.outcomeUnknown ? "unknown" : "refused";
      return { belief, code: error.code };
    }
  }

  async #append(
    { afterPosition }: { afterPosition?: number },
    revises?: number,
    place = afterPosition === undefined ? this.#place() : this.#own,
  ): Promise<void> {
    const texts = Array.from(
      { length: revises === undefined ? 1 + this.#random(3) : 1 },
      () => this.#unique(),
    );
    const { belief, value } = await this.#believed(
      "append",
      () =>
        this.#client.conversation(place.id).append(
          texts.map((content) => ({ role: "user", content, revises })),
          { afterPosition },
        ),
    );
    const messages = value?.messages ?? [];
    this.#journal.appends.push({
      belief,
      conversation: place.name,
      writer: this.#writer,
      texts,
      messages,
    });
    for (const [at, message] of messages.entries()) {
      if (
        message.content !== texts[at] && !this.#journal.erased.has(message.id)
      ) {
        this.#journal.surprises.push(`${texts} answered ${message.content}`);
      }
      this.#seen.push({ ...place, message });
    }
  }

  async #revise(): Promise<void> {
    const target = this.#anySeen();
    if (target === undefined) return await this.#append({});
    await this.#append({}, target.message.position, target);
  }

  #anySeen() {
    const here = this.#seen.filter(({ name }) =>
      name === this.#own.name ||
      this.#shared.some((place) => place.name === name)
    );
    return here[this.#random(here.length || 1)];
  }

  /** Reads a whole log: it has every message that was answered before, in order. */
  async #readLog(): Promise<void> {
    const place = this.#place();
    const mine = this.#seen.filter(({ name }) => name === place.name);
    const { value } = await this.#believed(
      "messages",
      () =>
        this.#client.conversation(place.id)
          .messages({ view: "log", limit: 500 }).all(),
    );
    if (value === undefined) return;
    if (value.some(({ seq }, at) => seq !== at + 1)) {
      this.#journal.surprises.push(
        `The log of ${place.name} was read with a gap`,
      );
    }
    for (const { message } of mine) {
      if (value[message.seq - 1]?.id !== message.id) {
        this.#journal.surprises.push(`${message.id} was not read in its place`);
      }
    }
  }

  async #readMessage(): Promise<void> {
    const target = this.#anySeen();
    if (target === undefined) return await this.#append({});
    const { value } = await this.#believed(
      "message",
      () => this.#client.conversation(target.id).message(target.message.seq),
    );
    if (value && value.id !== target.message.id) {
      this.#journal.surprises.push(
        `${target.message.id} was read as ${value.id}`,
      );
    }
  }

  async #readOnly(
    kind: string,
    call: (place: { id: string }) => Promise<unknown>,
  ): Promise<void> {
    await this.#believed(kind, () => call(this.#place()));
  }

  async #rename(): Promise<void> {
    const place = this.#place();
    const note = this.#unique();
    const { value } = await this.#believed(
      "update",
      () =>
        this.#client.conversation(place.id).update({
          metadata: { [`writer${this.#writer}`]: note },
        }),
      ["not_found"],
    );
    if (value && value.metadata[`writer${this.#writer}`] !== note) {
      this.#journal.surprises.push(`An update of ${place.name} was not done`);
    }
  }

  async #fork(): Promise<void> {
    const name = `fork ${this.#unique()}`;
    const { belief } = await this.#believed(
      "fork",
      () => this.#client.conversation(this.#own.id).fork({ title: name }),
      ["not_found"],
    );
    this.#journal.forks.push({ belief, name });
  }

  async #erase(): Promise<void> {
    const target = this.#anySeen();
    if (target === undefined) return await this.#append({});
    const { belief } = await this.#believed(
      "erase",
      () => this.#client.conversation(target.id).erase(target.message.id),
    );
    if (belief !== "refused") this.#journal.erased.add(target.message.id);
  }

  async #export(): Promise<void> {
    const place = this.#shared[0]!;
    const { value } = await this.#believed("export", async () => {
      const lines = [];
      for await (const line of this.#client.conversation(place.id).export()) {
        lines.push(line);
      }
      return lines;
    });
    if (value === undefined) return;
    const end = value.at(-1);
    const messages = value.filter(({ type }) => type === "message").length;
    if (end?.type !== "end" || end.messages !== messages) {
      this.#journal.surprises.push(
        "An export that was not whole passed for one",
      );
    }
  }

  async #upload(): Promise<void> {
    const name = `${this.#unique()}.txt`;
    const bytes = this.#random(40) === 0 ? BIG_BYTES : 500;
    const text = `${name} ${crypto.randomUUID()}\n`.repeat(bytes / 30);
    const { belief, value } = await this.#believed(
      "upload",
      () => this.#client.files.upload(new Blob([text]), { name }),
    );
    this.#journal.uploads.push({ belief, name });
    if (value) this.#files.push({ id: value.file.id, text });
  }

  async #download(): Promise<void> {
    const file = this.#files[this.#random(this.#files.length || 1)];
    if (file === undefined) return await this.#upload();
    const { value } = await this.#believed("download", async () => {
      const response = await this.#client.files.download(file.id);
      return await response.text();
    });
    if (value !== undefined && value !== file.text) {
      this.#journal.surprises.push(`${file.id} was read as something else`);
    }
  }

  async #delete(): Promise<void> {
    const { id, name } = this.#own;
    const { belief, code } = await this.#believed(
      "delete",
      () => this.#client.conversation(id).delete(),
      ["not_found"],
    );
    // Nobody had appended to it yet.
    if (code === "not_found") return;
    this.#journal.deletions.push({ belief, name });
    this.#beginOwn();
  }
}
