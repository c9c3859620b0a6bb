/** The clients of Continuum that the console uses, for whoever is signed in. */
import { type Continuum, createContinuum } from "../../../client/src/index.ts";
import { recordingFetch } from "../calls/record.ts";
import { project } from "./project.ts";
import { auth } from "./session.ts";

function client(options: { fetch?: typeof fetch }): Continuum {
  return createContinuum({
    supabase: { auth: auth() },
    url: project?.url ?? "",
    key: project?.key ?? "",
    // A person waits: it is better to say what is wrong than to try for half a minute.
    retries: 2,
    ...options,
  });
}

let recorded: Continuum | null = null;
let unrecorded: Continuum | null = null;

/** For what the user does: its requests are shown as code. */
export function continuum(): Continuum {
  return recorded ??= client({ fetch: recordingFetch });
}

/** For what the console does by itself, such as following. */
export function background(): Continuum {
  return unrecorded ??= client({});
}
