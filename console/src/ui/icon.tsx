/** Line icons of one weight, drawn on a grid of 20. */

const PATHS = {
  archive: "M3 5h14v3H3zM4.5 8v8h11V8M8 11h4",
  back: "M12.5 4.5 7 10l5.5 5.5",
  book:
    "M4 4.5h5a1.5 1.5 0 0 1 1 .5 1.5 1.5 0 0 1 1-.5h5v11h-5l-1 1-1-1H4zM10 5v11",
  branch:
    "M6 4v12M6 13c0-3 8-2 8-6M6 4m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M6 16m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M14 6m-1.5 0a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0",
  chat: "M3.5 4.5h13v9h-8l-3 3v-3h-2z",
  check: "m4.5 10.5 4 4 7-9",
  clip:
    "m14.5 9.5-5 5a3 3 0 0 1-4.3-4.3l5.6-5.6a2 2 0 0 1 2.9 2.9l-5.4 5.4a1 1 0 0 1-1.4-1.4l4.6-4.6",
  close: "m5 5 10 10M15 5 5 15",
  code: "m7 6-4 4 4 4M13 6l4 4-4 4",
  copy: "M7.5 7.5h8v8h-8zM5 12.5H4.5v-8h8V5",
  down: "m5 7.5 5 5 5-5",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  edit: "m4 16 .7-3.2L13 4.5l2.5 2.5-8.3 8.3zM11.5 6 14 8.5",
  erase: "m8 15.5-4-4 7-7 5.5 5.5-5.5 5.5zM7.5 8l5.5 5.5M8 15.5h8.5",
  eye:
    "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 10m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  file: "M5 3h6l4 4v10H5zM11 3v4h4",
  files: "M3 5.5h5l1.5 2H17v8H3z",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  history: "M4 10a6 6 0 1 1 2 4.5M4 15v-3.5h3.5M10 7v3.2l2.2 1.3",
  image:
    "M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3M12.5 8m-.8 0a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0",
  moon: "M15.5 11.5A6 6 0 0 1 8.500 4.500a6 6 0 1 0 7 7z",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  plus: "M10 4.500v11M4.500 10h11",
  retry: "M15.500 8A6 6 0 1 0 16 10.500M16 4.500V8h-3.500",
  search: "M9 9m-5 0a5 5 0 1 0 10 0 5 5 0 1 0-10 0M12.700 12.700 16.500 16.500",
  send: "M10 16V4.500M5 9.500l5-5 5 5",
  settings:
    "M4 6h7M15 6h1M4 14h1M9 14h7M13 6m-1.800 0a1.800 1.800 0 1 0 3.600 0 1.800 1.800 0 1 0-3.600 0M7 14m-1.800 0a1.800 1.800 0 1 0 3.600 0 1.800 1.800 0 1 0-3.600 0",
  share:
    "M8 8m-2.800 0a2.800 2.800 0 1 0 5.600 0 2.800 2.800 0 1 0-5.600 0M3 16c0-3 2-4.500 5-4.500s5 1.500 5 4.500M15 6v5M12.500 8.500h5",
  slice: "M4 5h12M4 9h12M4 13h6M3 16.500h14",
  sun:
    "M10 10m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0M10 2.500v2M10 15.500v2M2.500 10h2M15.500 10h2M4.700 4.700l1.400 1.400M13.900 13.900l1.400 1.400M4.700 15.300l1.400-1.400M13.900 6.100l1.400-1.400",
  tool:
    "M12 4.500a3.500 3.500 0 0 0-1 4.500l-6.500 6.500 1.500 1.500L12.500 10.500a3.500 3.500 0 0 0 4-4.500L14 8l-2-2 2-2.500a3.500 3.500 0 0 0-2 1z",
  trash:
    "M4 6h12M8 6V4h4v2M5.500 6l.8 10.500h7.400L14.500 6M8.500 9v4.500M11.500 9v4.500",
  undo: "M7.500 4.500 4 8l3.500 3.500M4 8h7.500a4 4 0 0 1 0 8H8",
  user:
    "M10 7m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0M4 16.500c.4-3 2.600-4.500 6-4.500s5.600 1.500 6 4.500",
} as const;

export type IconName = keyof typeof PATHS;

/** Beside a label or in a button with one: it is hidden from screen readers. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width={name === "more" ? 2.4 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
