// A room in Vue: npm install vue switchboard-client. With a bundler's plugin, the templates would be single-file components.
import { createApp, defineComponent, ref } from "vue";
import { Client } from "switchboard-client";
import { createComposables } from "switchboard-client/vue";

/** As generated from the records of the server by `switchboard types`. */
interface Chat {
  message: { content: string };
  typing: { on: boolean };
}

const { provideClient, useConnection, usePresence, useRoom, useTyping } = createComposables<Chat>();

const Room = defineComponent({
  props: { name: { type: String, required: true } },
  setup(props) {
    const { view, loadOlder, publish } = useRoom(() => props.name, { recent: 20 });
    const presence = usePresence(() => props.name);
    const { typing, setTyping } = useTyping(() => props.name);
    const connection = useConnection();
    const text = ref("");
    const refused = ref("");
    const send = async () => {
      const content = text.value;
      text.value = "";
      setTyping(false);
      await publish("message", { content }).catch((error: Error) => (refused.value = error.message));
    };
    return { connection, loadOlder, presence, refused, send, setTyping, text, typing, view };
  },
  template: `
    <main>
      <p id="connection">{{ connection.state }}</p>
      <p id="room">{{ view.state }}</p>
      <p id="members">{{ [...presence.members].sort().join(" ") }}</p>
      <button id="older" :disabled="!view.more || view.loading" @click="loadOlder(20)">Older</button>
      <ol>
        <li v-for="(entry, i) in view.entries" :key="entry.messageId" :class="{ 'after-gap': view.gap === i }">
          {{ entry.from }}: {{ entry.data.content }}
        </li>
      </ol>
      <p id="typing">{{ typing.join(" ") }}</p>
      <input v-model="text" @input="setTyping(true)" @keydown.enter="send" />
      <p role="alert">{{ refused }}</p>
    </main>
  `,
});

export function app(client: Client<Chat>, room: string) {
  return createApp({
    components: { Room },
    setup() {
      provideClient(client);
      return { room };
    },
    template: `<Room :name="room" />`,
  });
}

/** Shows a room; returns what takes it away. */
export function show(element: Element, url: string, room: string): () => void {
  const shown = app(new Client<Chat>(url), room);
  shown.mount(element);
  return () => shown.unmount();
}
