/** The lines of our own export: of one conversation, as the API gives it, or of a whole account. */
import { isObject } from "../../json/look.ts";

/** The first line of an account's export. */
export interface ExportHeader {
  type: "export";
  version: 1;
  /** The project that it is of. */
  url: string;
  exported_at: string;
}

export const EXPORT_VERSION = 1;

/** Whether a value is a line that such a file begins with. */
export function isExport(value: unknown): boolean {
  if (!isObject(value)) return false;
  return value.type === "export" && typeof value.version === "number" ||
    value.type === "conversation" &&
      typeof value.continuation_id === "string" ||
    value.type === "file" && typeof value.original_name === "string" &&
      typeof value.id === "string";
}
