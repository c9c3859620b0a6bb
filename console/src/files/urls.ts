/** Signed URLs of files, each asked for once as long as it is valid. */
import { background, continuum } from "../project/client.ts";
import { whenUserLeaves } from "../project/leaving.ts";

const VALID_SECONDS = 3600;

/** A URL that is about to expire is not given out. */
const SPARE_MS = 60_000;

const known = new Map<string, { url: Promise<string>; until: number }>();

whenUserLeaves(() => known.clear());

/** A URL of the file's bytes, for a picture in the page. */
export function signedUrl(fileId: string): Promise<string> {
  const found = known.get(fileId);
  if (found && found.until > Date.now() + SPARE_MS) return found.url;
  const url = background().files.url(fileId, { expiresIn: VALID_SECONDS })
    .then((signed) => signed.url);
  known.set(fileId, { url, until: Date.now() + VALID_SECONDS * 1000 });
  url.catch(() => known.delete(fileId));
  return url;
}

/** Has the browser save the file under its name. */
export async function saveFile(fileId: string, name: string): Promise<void> {
  const { url } = await continuum().files.url(fileId);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
