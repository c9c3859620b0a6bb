/** Who a conversation is shared with. */
import type { Http } from "./http.ts";
import { segment } from "./paths.ts";
import type { CallOptions, InvitedRole, Member } from "./types.ts";

/** The members of one conversation. A user's id is that of Supabase Auth; `me` is the caller. */
export class Members {
  readonly #http: Http;
  readonly #url: string;

  constructor(http: Http, conversationUrl: string) {
    this.#http = http;
    this.#url = `${conversationUrl}/members`;
  }

  /** All members if you own the conversation, else your own entry. */
  async list({ signal }: CallOptions = {}): Promise<Member[]> {
    const { members } = await this.#http.json({
      url: this.#url,
      repeatable: true,
      signal,
    });
    return members;
  }

  get(userId: string, { signal }: CallOptions = {}): Promise<Member> {
    return this.#http.json({
      url: `${this.#url}/${segment(userId)}`,
      repeatable: true,
      signal,
    });
  }

  /** Invites a user, or changes the role of a member. Owner only. */
  put(
    userId: string,
    role: InvitedRole,
    { signal }: CallOptions = {},
  ): Promise<Member> {
    return this.#http.json({
      method: "PUT",
      url: `${this.#url}/${segment(userId)}`,
      json: { role },
      repeatable: true,
      signal,
    });
  }

  /** Ends a membership: anybody's if you own the conversation, else your own. */
  async remove(userId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#http.remove({ url: `${this.#url}/${segment(userId)}`, signal });
  }

  /** Accepts an invitation: the conversation is in your list and search from now on. */
  accept({ signal }: CallOptions = {}): Promise<Member> {
    return this.#http.json({
      method: "PUT",
      url: `${this.#url}/me`,
      repeatable: true,
      signal,
    });
  }
}
