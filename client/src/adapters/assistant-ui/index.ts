/**
 * assistant-ui's threads, kept by Continuum: the list, the messages with their branches, and attachments.
 *
 * ```tsx
 * const adapter = threadList(continuum); // outside of the component: a new adapter is a new list
 *
 * function Chat() {
 *   const runtime = useRemoteThreadListRuntime({ adapter, runtimeHook: () => useLocalRuntime(model) });
 *   return <AssistantRuntimeProvider runtime={runtime}>…</AssistantRuntimeProvider>;
 * }
 * ```
 */
import type { RemoteThreadListAdapter } from "@assistant-ui/react";
import type { Continuum } from "../../continuum.ts";
import type { AttachmentOptions } from "./attachments.ts";
import { useThreadAdapters } from "./runtime_adapters.ts";
import { threadListOf, type ThreadListOptions } from "./thread_list.ts";

export { type AttachmentOptions, attachments } from "./attachments.ts";
export { threadHistory, type ThreadItem } from "./history.ts";
export { useThreadAdapters } from "./runtime_adapters.ts";
export type { ThreadListOptions } from "./thread_list.ts";

/**
 * Conversations as the threads of a list, each with its history and attachments.
 *
 * A thread's remote id is its conversation's `id`, its external id the continuation id. Deleting a thread that is
 * shared with the user leaves it.
 */
export function threadList(
  continuum: Continuum,
  options: ThreadListOptions & AttachmentOptions = {},
):
  & ReturnType<typeof threadListOf>
  & Required<Pick<RemoteThreadListAdapter, "unstable_useAdapters">> {
  return {
    ...threadListOf(continuum, options),
    unstable_useAdapters: function useContinuum() {
      return useThreadAdapters(continuum, options);
    },
  };
}
