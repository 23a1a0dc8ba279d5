import {
  computed,
  getCurrentInstance,
  inject,
  onMounted,
  onScopeDispose,
  provide,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
} from "vue";
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
} from "./store.js";
import type { AnyMessages } from "./types.js";

/** A room in a component. */
export interface UseRoom<M extends object, K extends Kinds> {
  readonly view: ComputedRef<RoomView<M>>;
  /** Loads up to 50 older messages, or as many as it is told. */
  readonly loadOlder: (limit?: number) => Promise<void>;
  /** The same as `Room.publish`. */
  readonly publish: Room<M, K>["publish"];
  /** The same as `Room.fleeting`. */
  readonly fleeting: Room<M, K>["fleeting"];
}

export interface UseTyping {
  readonly typing: ComputedRef<readonly string[]>;
  /** To be called with true on each keystroke, and with false when the message is sent or given up. */
  readonly setTyping: (on: boolean) => void;
}

/**
 * Returns composables for one protocol: `const { provideClient, useRoom } = createComposables<Chat>()`, once, outside of
 * components. A component further up calls `provideClient`. A room is left when the last component that uses it is gone.
 */
export function createComposables<M extends object = AnyMessages, K extends Kinds = Record<never, never>>() {
  const key: InjectionKey<Client<M, K>> = Symbol("switchboard");

  /** Gives the components below a client, and keeps it connected while this one is mounted. */
  function provideClient(client: Client<M, K>): void {
    provide(key, client);
    onMounted(() => client.connect().catch(() => {})); // `useConnection` shows it
    onScopeDispose(() => void client.close());
  }

  function useClient(): Client<M, K> {
    const client = inject(key, undefined);
    if (!client) throw new Error("client: none (expected: provideClient in a component further up)");
    return client;
  }

  /** The state of the connection. */
  function useConnection(): ComputedRef<ConnectionView> {
    const client = useClient();
    return useStore(() => new ConnectionStore(client)).view;
  }

  /** The messages and the state of a room, which may change. */
  function useRoom(name: MaybeRefOrGetter<string>, options?: RoomStoreOptions): UseRoom<M, K> {
    const client = useClient();
    const { view, store } = useStore(() => new RoomStore<M, K>(client, toValue(name), options));
    return {
      view,
      loadOlder: (limit) => store.value.loadOlder(limit),
      publish: (...message) => store.value.room.publish(...message),
      fleeting: (...message) => store.value.room.fleeting(...message),
    };
  }

  /** Who is in a room. */
  function usePresence(name: MaybeRefOrGetter<string>): ComputedRef<PresenceView> {
    const client = useClient();
    return useStore(() => new PresenceStore(client, toValue(name))).view;
  }

  /** Who is typing in a room. */
  function useTyping(name: MaybeRefOrGetter<string>, options?: TypingOptions): UseTyping {
    const client = useClient();
    const { view, store } = useStore(() => new TypingStore(client, toValue(name), options));
    return { typing: computed(() => view.value.typing), setTyping: (on) => store.value.setTyping(on) };
  }

  return { provideClient, useClient, useConnection, useRoom, usePresence, useTyping };
}

/** Follows the store that `make` returns, and makes another when what it reads has changed. Nothing is followed on a server. */
function useStore<S, T extends Store<S>>(make: () => T & Store<S>): { view: ComputedRef<S>; store: ComputedRef<T> } {
  const store = computed(make);
  const view = shallowRef<S>(store.value.initial);
  let end = () => {};
  const follow = () => {
    end();
    const followed = store.value;
    end = followed.subscribe(() => (view.value = followed.getSnapshot()));
    view.value = followed.getSnapshot();
  };
  // A server renders without ever mounting.
  if (getCurrentInstance()) onMounted(follow);
  else follow();
  watch(store, follow, { flush: "sync" });
  onScopeDispose(() => end());
  return { view: computed(() => view.value), store };
}
