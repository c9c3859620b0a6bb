/** The view library. Every module takes it from here, so that its version is named once. */
export * from "npm:preact@11.2.0";
export * from "npm:preact@11.2.0/hooks";
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from "npm:@preact/signals@2.11.4";
