/** A page that shows threads under assistant-ui's runtime in React, without a browser. */
import assert from "node:assert/strict";
import {
  type AssistantRuntime,
  AssistantRuntimeProvider,
  useRemoteThreadListRuntime,
} from "@assistant-ui/react";
import { createElement } from "react";
import { create } from "react-test-renderer";
import { threadList } from "../../client/src/adapters/assistant-ui/index.ts";
import type { Continuum } from "../../client/src/index.ts";

/** Opens a page. `useThread` makes the runtime of each of its threads. */
export async function page(
  client: Continuum,
  useThread: () => AssistantRuntime,
) {
  let runtime: AssistantRuntime | undefined;
  const adapter = threadList(client);
  function Page() {
    runtime = useRemoteThreadListRuntime({ adapter, runtimeHook: useThread });
    return createElement(AssistantRuntimeProvider, { runtime, children: null });
  }
  const tree = create(createElement(Page));
  const until = async (isSo: () => unknown) => {
    const end = Date.now() + 20_000;
    while (!await isSo()) {
      assert.ok(Date.now() < end, "The page has not come to this in 20 s.");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until(() => runtime !== undefined);
  return {
    get runtime() {
      return runtime!;
    },
    until,
    close: () => tree.unmount(),
  };
}
