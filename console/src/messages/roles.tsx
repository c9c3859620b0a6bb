/** Who wrote a message. */
import type { MessageRole } from "../../../client/src/index.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

export const ROLES: MessageRole[] = [
  "user",
  "assistant",
  "system",
  "developer",
  "tool",
];

export const ROLE_NAMES: Record<MessageRole, string> = {
  assistant: "Assistant",
  developer: "Developer",
  system: "System",
  tool: "Tool",
  user: "User",
};

const ICONS: Record<MessageRole, IconName> = {
  assistant: "chat",
  developer: "code",
  system: "settings",
  tool: "tool",
  user: "user",
};

export function RoleMark({ role }: { role: MessageRole }) {
  return (
    <span class={`role-mark ${role}`} aria-hidden="true">
      <Icon name={ICONS[role]} size={16} />
    </span>
  );
}
