// A room in React: npm install react react-dom switchboard-client
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { Client } from "switchboard-client";
import { createHooks } from "switchboard-client/react";

/** As generated from the records of the server by `switchboard types`. */
interface Chat {
  message: { content: string };
  typing: { on: boolean };
}

const { Provider, useConnection, usePresence, useRoom, useTyping } = createHooks<Chat>();

function Room({ name }: { name: string }) {
  const { entries, state, gap, more, loading, loadOlder, publish } = useRoom(name, { recent: 20 });
  const { members } = usePresence(name);
  const { typing, setTyping } = useTyping(name);
  const connection = useConnection();
  const [text, setText] = useState("");
  const [refused, setRefused] = useState("");

  const send = async () => {
    setText("");
    setTyping(false);
    await publish("message", { content: text }).catch((error: Error) => setRefused(error.message));
  };

  return (
    <main>
      <p id="connection">{connection.state}</p>
      <p id="room">{state}</p>
      <p id="members">{[...members].sort().join(" ")}</p>
      <button id="older" disabled={!more || loading} onClick={() => void loadOlder(20)}>
        Older
      </button>
      <ol>
        {entries.map((entry, i) => (
          <li key={entry.messageId} className={gap === i ? "after-gap" : undefined}>
            {entry.type === "message" && `${entry.from}: ${entry.data.content}`}
          </li>
        ))}
      </ol>
      <p id="typing">{typing.join(" ")}</p>
      <input
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setTyping(true);
        }}
        onKeyDown={(event) => void (event.key === "Enter" && send())}
      />
      <p role="alert">{refused}</p>
    </main>
  );
}

export function App({ client, room }: { client: Client<Chat>; room: string }) {
  return (
    <StrictMode>
      <Provider client={client}>
        <Room name={room} />
      </Provider>
    </StrictMode>
  );
}

/** Shows a room; returns what takes it away. */
export function show(element: Element, url: string, room: string): () => void {
  const root = createRoot(element);
  root.render(<App client={new Client<Chat>(url)} room={room} />);
  return () => root.unmount();
}
