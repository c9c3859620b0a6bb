/** The adapters of the thread that a runtime shows. */
import { type RuntimeAdapters, useAui } from "@assistant-ui/react";
import { useState } from "react";
import type { Continuum } from "../../continuum.ts";
import { type AttachmentOptions, attachments } from "./attachments.ts";
import { threadHistory, type ThreadItem } from "./history.ts";

/** A hook that gives the history and the attachments of the thread around it. */
export function useThreadAdapters(
  continuum: Continuum,
  options: AttachmentOptions = {},
): RuntimeAdapters {
  const aui = useAui();
  const [adapters] = useState(() => ({
    history: threadHistory(continuum, () => threadItem(aui)),
    attachments: attachments(continuum, options),
  }));
  return adapters;
}

/** The item of the current thread, which stays that thread's if another one is shown. */
function threadItem(aui: ReturnType<typeof useAui>): ThreadItem | undefined {
  const shown = aui.threadListItem;
  if (!shown.source) return undefined;
  const { id } = shown.getState();
  const isListed = aui.threads.getState().threadItems
    .some((item) => item.id === id || item.remoteId === id);
  return isListed ? aui.threads.item({ id }) : shown;
}
