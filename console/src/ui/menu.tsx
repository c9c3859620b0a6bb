/** A button that opens a menu: arrow keys, Home, End and Escape work as everywhere. */
import { useId, useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  label: string;
  icon: IconName;
  danger?: boolean;
  run(): void;
}

/** Pixels between the button and the menu. */
const GAP = 4;

interface MenuProps {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  size?: number;
}

export function Menu({ label, items, icon = "more", size }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const entries = () => [
    ...list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [],
  ];
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("[aria-haspopup]")?.focus();
  };

  useLayoutEffect(() => {
    if (!isOpen || !list.current || !root.current) return;
    list.current.showPopover();
    const placedAt = root.current.getBoundingClientRect();
    place(list.current, placedAt);
    entries()[0]?.focus({ preventScroll: true });
    const onPointer = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    // The menu does not follow its button, so it closes if the button moves. A scroll from before it opened may be
    // reported afterwards and has not moved the button since.
    const onScroll = () => {
      const now = root.current?.getBoundingClientRect();
      if (now?.top !== placedAt.top || now?.left !== placedAt.left) {
        setOpen(false);
      }
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("scroll", onScroll, true);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("scroll", onScroll, true);
    };
  }, [isOpen]);

  function onKeyDown(event: KeyboardEvent) {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      all[target]?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") setOpen(false);
  }

  return (
    <div class="menu" ref={root}>
      <IconButton
        icon={icon}
        label={label}
        {...(size ? { size } : {})}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div
          class="menu-list"
          role="menu"
          id={id}
          ref={list}
          popover="manual"
          aria-label={label}
          onKeyDown={onKeyDown}
        >
          {items.map((item) => (
            <button
              type="button"
              key={item.label}
              role="menuitem"
              tabIndex={-1}
              class={item.danger ? "danger" : ""}
              onClick={() => {
                close();
                item.run();
              }}
            >
              <Icon name={item.icon} size={16} />
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Below the button and in line with its end; above it if there is no room. */
function place(list: HTMLElement, button: DOMRect): void {
  const { width, height } = list.getBoundingClientRect();
  const fitsBelow = button.bottom + GAP + height <= innerHeight - GAP;
  const top = fitsBelow ? button.bottom + GAP : button.top - GAP - height;
  list.style.top = `${Math.max(GAP, top)}px`;
  list.style.left = `${Math.max(GAP, button.right - width)}px`;
}
