/** A new conversation: it is created by its first message. */
import { Composer } from "../composer/composer.tsx";
import { refreshList } from "../conversations/list_store.ts";
import { useState } from "../lib/preact.ts";
import { conversationHref, go } from "../lib/router.ts";
import { Field } from "../ui/field.tsx";
import { PageHeader } from "../ui/page_header.tsx";

export function NewPage() {
  const [title, setTitle] = useState("");
  const [name, setName] = useState("");
  return (
    <div class="page">
      <PageHeader title="New conversation" />
      <Composer
        id={name.trim()}
        store={null}
        title={title.trim() || undefined}
        onSent={({ conversation }) => {
          refreshList();
          go(conversationHref(conversation.id));
        }}
      >
        <div class="page-scroll">
          <div class="page-body narrow new-conversation">
            <Field
              label="Title"
              placeholder="Optional"
              maxLength={200}
              value={title}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
            <Field
              label="Name"
              placeholder="Optional, such as review-42"
              hint="Your programs find the conversation by it, as its continuation_id. If the name is taken, the message is appended to that conversation."
              maxLength={255}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </div>
        </div>
      </Composer>
    </div>
  );
}
