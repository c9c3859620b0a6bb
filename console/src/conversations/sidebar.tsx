/** The sidebar: search, the list of conversations, and the way to everything else. */
import { calls } from "../calls/record.ts";
import { isPanelOpen } from "../calls/panel.tsx";
import { useEffect, useRef, useState } from "../lib/preact.ts";
import { route } from "../lib/router.ts";
import { chooseTheme, theme } from "../lib/theme.ts";
import { signOut, user } from "../project/session.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Logo } from "../ui/logo.tsx";
import { Menu } from "../ui/menu.tsx";
import { ConversationList } from "./list.tsx";
import { watchList } from "./list_store.ts";
import { SearchResults } from "./search_results.tsx";

const PAGES: [page: string, label: string, icon: IconName][] = [
  ["files", "Files", "files"],
  ["reference", "API reference", "book"],
  ["settings", "Settings", "settings"],
];

export function Sidebar() {
  const [query, setQuery] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useEffect(watchList, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)
      ) {
        return;
      }
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <nav class="sidebar" aria-label="Conversations and pages">
      <div class="sidebar-head">
        <a href="#/" class="logo-link" aria-label="Continuum, start page">
          <Logo />
        </a>
        <a
          class="icon-button"
          href="#/new"
          aria-label="New conversation"
          title="New conversation"
        >
          <Icon name="plus" />
        </a>
      </div>
      <div class="search" role="search">
        <Icon name="search" size={16} />
        <input
          ref={search}
          type="search"
          value={query}
          placeholder="Search"
          aria-label="Search titles and messages"
          aria-keyshortcuts="Control+K"
          maxLength={500}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setQuery("");
          }}
        />
        {query === "" && <kbd class="wide-only" aria-hidden="true">Ctrl K</kbd>}
      </div>
      <div class="sidebar-list">
        {query.trim() === ""
          ? <ConversationList />
          : <SearchResults query={query} />}
      </div>
      <Foot />
    </nav>
  );
}

function Foot() {
  const { page } = route.value;
  const isDark = theme.value === "dark" ||
    (theme.value === "system" &&
      matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <div class="sidebar-foot">
      <ul class="pages">
        {PAGES.map(([name, label, icon]) => (
          <li key={name}>
            <a
              href={`#/${name}`}
              aria-current={page === name ? "page" : undefined}
            >
              <Icon name={icon} size={16} />
              {label}
            </a>
          </li>
        ))}
        <li>
          <button
            type="button"
            aria-expanded={isPanelOpen.value}
            onClick={() => isPanelOpen.value = !isPanelOpen.value}
          >
            <Icon name="code" size={16} />
            As code
            {calls.value.length > 0 && (
              <span class="number-badge">{calls.value.length}</span>
            )}
          </button>
        </li>
      </ul>
      <div class="account">
        <span class="account-name" title={user.value?.email ?? ""}>
          {user.value?.email}
        </span>
        <IconButton
          icon={isDark ? "sun" : "moon"}
          label={isDark ? "Use the light theme" : "Use the dark theme"}
          onClick={() => chooseTheme(isDark ? "light" : "dark")}
        />
        <Menu
          label="Account"
          icon="user"
          items={[{
            label: "Settings",
            icon: "settings",
            run: () => location.hash = "#/settings",
          }, {
            label: "Sign out",
            icon: "close",
            run: () => void signOut(),
          }]}
        />
      </div>
    </div>
  );
}
