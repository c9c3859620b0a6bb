/** Where the project is, and in whose name it is asked. */
import { ContinuumError } from "./error.ts";

/** An access token, or a function that gives the current one; it is called before each try. */
export type AccessToken =
  | string
  | (() => string | null | undefined | Promise<string | null | undefined>);

/** What this package uses of a supabase-js client. */
export interface SupabaseLike {
  auth: {
    getSession(): Promise<
      { data: { session: { access_token: string } | null } }
    >;
    refreshSession(): Promise<unknown>;
  };
}

/** A supabase-js client, whose session is used and refreshed; or the project's URL, key and a user's token. */
export type ProjectOptions =
  | { supabase: SupabaseLike; url?: string; key?: string }
  | {
    supabase?: undefined;
    /** Such as `https://abcd.supabase.co`. */
    url: string;
    /** The publishable key. */
    key: string;
    accessToken: AccessToken;
  };

/** A project as one user sees it. */
export interface Project {
  /** Without a trailing slash. */
  url: string;
  key: string;
  /** @throws {ContinuumError} `unauthenticated` if nobody is signed in. */
  token(): Promise<string>;
  /** Another token in place of one that was refused; null if there is none. */
  renewed(refused: string): Promise<string | null>;
}

/** What a supabase-js client keeps to itself. */
interface Inside {
  supabaseUrl?: unknown;
  supabaseKey?: unknown;
  /** Given by projects that sign in elsewhere; `auth` then throws. */
  accessToken?: AccessToken;
}

export function projectOf(options: ProjectOptions): Project {
  const { supabase } = options;
  const inside = (supabase ?? {}) as Inside;
  const url = String(options.url ?? inside.supabaseUrl ?? "");
  const key = String(options.key ?? inside.supabaseKey ?? "");
  if (!/^https?:/.test(url) || key === "") {
    throw new TypeError("createContinuum needs the project's url and key.");
  }
  const given = supabase === undefined
    ? options.accessToken
    : typeof inside.accessToken === "function"
    ? inside.accessToken
    : null;
  const current = given === null
    ? async () =>
      (await supabase?.auth.getSession())?.data.session?.access_token
    : typeof given === "function"
    ? given
    : () => given;

  return {
    url: url.replace(/\/+$/, ""),
    key,
    async token() {
      const token = await current();
      if (token) return token;
      throw new ContinuumError({
        code: "unauthenticated",
        status: 401,
        detail: "Nobody is signed in.",
      });
    },
    async renewed(refused) {
      let token = await current();
      if (token === refused && given === null) {
        await supabase?.auth.refreshSession();
        token = await current();
      }
      return token && token !== refused ? token : null;
    },
  };
}
