/** The project's URL and key, and the access token of the user. */
import { ContinuumError } from "./error.ts";

/** An access token, or a function that returns the current one. The function is called before each try. */
export type AccessToken =
  | string
  | (() => string | null | undefined | Promise<string | null | undefined>);

/** The part of a supabase-js client that this package uses. */
export interface SupabaseLike {
  auth: {
    getSession(): Promise<
      { data: { session: { access_token: string } | null } }
    >;
    refreshSession(): Promise<unknown>;
  };
}

/** A supabase-js client, whose session is used; or the project's URL, its key and a user's access token. */
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
  /** Gets a new token after the server refused the current one. Null if there is no other token. */
  renewed(refused: string): Promise<string | null>;
}

/** Members of a supabase-js client that its types do not show. */
interface Inside {
  supabaseUrl?: unknown;
  supabaseKey?: unknown;
  /** Set if users sign in with a third party. Then `auth` must not be used. */
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
