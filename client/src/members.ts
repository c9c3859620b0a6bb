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

  /** Ends a membership: anybody's if you own the conversation, else your own. */
  async remove(userId: string, options?: CallOptions): Promise<void> {
    await this.#http.remove(this.#of(userId), options);
  }

  /** Accepts an invitation: the conversation is in your list and search from now on. */
  accept({ signal }: CallOptions = {}): Promise<Member> {
    return this.#http.json({ method: "PUT", url: this.#of("me"), signal });
  }

  #of(userId: string): string {
    return `${this.#url}/${segment(userId)}`;
  }
}
