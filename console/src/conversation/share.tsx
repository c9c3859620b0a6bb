/** Who a conversation is shared with. */
import type { Member, MemberRole } from "../../../client/src/index.ts";
import { notify } from "../lib/notices.ts";
import { useState } from "../lib/preact.ts";
import { conversationHref } from "../lib/router.ts";
import { useAction, useLoaded } from "../lib/use_task.ts";
import { background, continuum } from "../project/client.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Failure, Loading } from "../ui/states.tsx";
import type { ConversationStore } from "./store.ts";

const UUID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i;

export function ShareDialog(
  { store, onClose }: { store: ConversationStore; onClose(): void },
) {
  const members = useLoaded(
    (signal) => background().conversation(store.id).members.list({ signal }),
    [store],
  );
  const id = store.conversation.value?.id ?? store.id;
  const link = new URL(conversationHref(id), location.href).href;
  return (
    <Dialog title="Share the conversation" onClose={onClose}>
      <Invite store={store} onDone={members.reload} />
      {members.state === "failed"
        ? <Failure error={members.error} retry={members.reload} />
        : members.value === undefined
        ? <Loading what="members" rows={2} />
        : members.value.length === 0
        ? <p class="faint members-none">Nobody but you sees it.</p>
        : (
          <ul class="members" aria-label="Members">
            {members.value.map((member) => (
              <MemberRow
                key={member.user_id}
                member={member}
                store={store}
                onChange={members.reload}
              />
            ))}
          </ul>
        )}
      <footer class="dialog-actions">
        <CopyButton text={link}>Copy the link</CopyButton>
        <Button kind="primary" onClick={onClose}>Done</Button>
      </footer>
    </Dialog>
  );
}

function Invite(
  { store, onDone }: { store: ConversationStore; onDone(): void },
) {
  const [userId, setUserId] = useState("");
  const [role, setRole] = useState<MemberRole>("viewer");
  const isValid = UUID.test(userId.trim());
  const [isBusy, run] = useAction(async () => {
    await continuum().conversation(store.id).members.put(userId.trim(), role);
    notify("Invited. They see it in their list once they have accepted.");
    setUserId("");
    onDone();
  });
  return (
    <form
      class="invite"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) run();
      }}
    >
      <Field
        label="User id"
        placeholder="00000000-0000-0000-0000-000000000000"
        value={userId}
        hint="Users find theirs in the settings."
        error={userId !== "" && !isValid ? "That is not a user id." : null}
        spellcheck={false}
        onInput={(event) => setUserId(event.currentTarget.value)}
      />
      <RoleSelect role={role} label="Role" onRole={setRole} />
      <Button kind="primary" type="submit" busy={isBusy} disabled={!isValid}>
        Invite
      </Button>
    </form>
  );
}

function MemberRow(
  { member, store, onChange }: {
    member: Member;
    store: ConversationStore;
    onChange(): void;
  },
) {
  const { user_id, role, accepted_at, declined_at } = member;
  const members = () => continuum().conversation(store.id).members;
  const [, remove] = useAction(async () => {
    await members().remove(user_id);
    notify("Removed.");
    onChange();
  });
  const [wanted, setWanted] = useState(role);
  const [, change] = useAction(async () => {
    await members().put(user_id, wanted);
    onChange();
  });
  return (
    <li>
      <code>{user_id}</code>
      <span class="badge">
        {declined_at ? "declined" : accepted_at ? "member" : "invited"}
      </span>
      <RoleSelect
        role={wanted}
        label={`Role of ${user_id}`}
        isLabelHidden
        onRole={(role) => setWanted(role)}
      />
      {wanted !== role && <Button onClick={change}>Save</Button>}
      <IconButton icon="close" label={`Remove ${user_id}`} onClick={remove} />
    </li>
  );
}

function RoleSelect(
  { role, label, isLabelHidden = false, onRole }: {
    role: MemberRole;
    label: string;
    isLabelHidden?: boolean;
    onRole(role: MemberRole): void;
  },
) {
  return (
    <label class="field">
      <span class={isLabelHidden ? "visually-hidden" : "field-label"}>
        {label}
      </span>
      <select
        value={role}
        onChange={(event) =>
          onRole(event.currentTarget.value === "editor" ? "editor" : "viewer")}
      >
        <option value="viewer">Viewer</option>
        <option value="editor">Editor</option>
      </select>
    </label>
  );
}
