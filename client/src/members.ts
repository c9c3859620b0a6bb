/** Shares a conversation. */
import type { Http } from "./http.ts";
import { segment } from "./paths.ts";
import type { CallOptions, InvitedRole, Member } from "./types.ts";

/** The members of a conversation. `userId` is a user's id in Supabase Auth, or `me` for yourself. */
export class Members {
  readonly #http: Http;
  readonly #url: string;

  constructor(http: Http, conversationUrl: string) {
    this.#http = http;
    this.#url = `${conversationUrl}/members`;
  }

  /** All members if you own the conversation, else only your own entry. */
  async list(options?: CallOptions): Promise<Member[]> {
    return (await this.#http.get(this.#url, options)).members;
  }

  get(userId: string, options?: CallOptions): Promise<Member> {
    return this.#http.get(this.#of(userId), options);
  }

  /** Invites a user, or changes the role of a member. Owner only. */
  put(
    userId: string,
    role: InvitedRole,
    { signal }: CallOptions = {},
  ): Promise<Member> {
    return this.#http.json({
      method: "PUT",
      url: this.#of(userId),
      json: { role },
      signal,
    });
  }

  /** Removes a member if you own the conversation, or yourself. */
  async remove(userId: string, options?: CallOptions): Promise<void> {
    await this.#http.remove(this.#of(userId), options);
  }

  /** Accepts an invitation, so that the conversation is in your list and search. */
  accept({ signal }: CallOptions = {}): Promise<Member> {
    return this.#http.json({ method: "PUT", url: this.#of("me"), signal });
  }

  #of(userId: string): string {
    return `${this.#url}/${segment(userId)}`;
  }
}
