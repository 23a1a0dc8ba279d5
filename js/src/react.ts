import { createContext, createElement, useContext, useEffect, useMemo, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import type { Kinds } from "./kinds.js";
import type { Client } from "./client.js";
import type { Room } from "./room.js";
import {
  ConnectionStore,
  PresenceStore,
  RoomStore,
  TypingStore,
  type ConnectionView,
  type PresenceView,
  type RoomStoreOptions,
  type RoomView,
  type Store,
  type TypingOptions,
  type TypingView,
} from "./store.js";
import type { AnyMessages } from "./types.js";

export interface ProviderProps<M extends object, K extends Kinds> {
  readonly client: Client<M, K>;
  /** Whether to connect the client while this is mounted, and to close it afterwards. Default true. */
  readonly connect?: boolean;
  readonly children?: ReactNode;
}

/** A room in a component. */
export interface UseRoom<M extends object, K extends Kinds> extends RoomView<M> {
  /** Loads up to 50 older messages, or as many as it is told. */
  readonly loadOlder: (limit?: number) => Promise<void>;
  /** The same as `Room.publish`. */
  readonly publish: Room<M, K>["publish"];
  /** The same as `Room.fleeting`. */
  readonly fleeting: Room<M, K>["fleeting"];
}

export interface UseTyping extends TypingView {
  /** To be called with true on each keystroke, and with false when the message is sent or given up. */
  readonly setTyping: (on: boolean) => void;
}

/**
 * Returns hooks for one protocol: `const { Provider, useRoom } = createHooks<Chat>()`, once, outside of components. They
 * need a `Provider` around them. A room is left when the last component that uses it is gone.
 */
export function createHooks<M extends object = AnyMessages, K extends Kinds = Record<never, never>>() {
  const Context = createContext<Client<M, K> | undefined>(undefined);

  /** Gives the components inside it a client, and keeps it connected while it is mounted. */
  function Provider({ client, connect = true, children }: ProviderProps<M, K>): ReactElement {
    useEffect(() => {
      if (!connect) return;
      client.connect().catch(() => {}); // `useConnection` shows it
      return () => void client.close();
    }, [client, connect]);
    return createElement(Context.Provider, { value: client }, children);
  }

  function useClient(): Client<M, K> {
    const client = useContext(Context);
    if (!client) throw new Error("client: none (expected: a Provider of these hooks around the component)");
    return client;
  }

  /** The state of the connection. */
  function useConnection(): ConnectionView {
    const client = useClient();
    return useStore(useMemo(() => new ConnectionStore(client), [client]));
  }

  /** The messages and the state of a room. The options that it was first called with stay. */
  function useRoom(name: string, options: RoomStoreOptions = {}): UseRoom<M, K> {
    const client = useClient();
    const { recent, keep } = options;
    const store = useMemo(() => new RoomStore<M, K>(client, name, { recent, keep }), [client, name, recent, keep]);
    const view = useStore(store);
    return useMemo(() => {
      const room = store.room;
      const publish: Room<M, K>["publish"] = (...message) => room.publish(...message);
      const fleeting: Room<M, K>["fleeting"] = (...message) => room.fleeting(...message);
      return { ...view, loadOlder: store.loadOlder, publish, fleeting };
    }, [view, store]);
  }

  /** Who is in a room. */
  function usePresence(name: string): PresenceView {
    const client = useClient();
    return useStore(useMemo(() => new PresenceStore(client, name), [client, name]));
  }

  /** Who is typing in a room. The options that it was first called with stay. */
  function useTyping(name: string, options?: TypingOptions): UseTyping {
    const client = useClient();
    // Written in place, the options are other ones each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    const store = useMemo(() => new TypingStore(client, name, options), [client, name]);
    const { typing } = useStore(store);
    return useMemo(() => ({ typing, setTyping: store.setTyping }), [typing, store]);
  }

  return { Provider, useClient, useConnection, useRoom, usePresence, useTyping };
}

function useStore<S>({ subscribe, getSnapshot, getServerSnapshot }: Store<S>): S {
  return useSyncExternalStore(subscribe, getSnapshot, getServerSnapshot);
}
