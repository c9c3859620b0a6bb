/**
 * The view library. Every module takes it from here, so that its version is named once.
 *
 * What moves the focus is a layout effect, never an effect: an effect may run after the next key was pressed, which
 * would then go where nobody has typed it.
 */
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
