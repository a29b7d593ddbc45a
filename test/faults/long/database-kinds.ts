import { Client } from 'pg';
import type { PostgresServer } from '../../support/postgres-server';
import type { SmallDisk } from '../../support/small-disk';
import type { TcpProxy } from '../../support/tcp-proxy';

/** What a fault is made with. */
export interface Database {
  readonly server: PostgresServer;
  /** Where the server keeps everything. */
  readonly disk: SmallDisk;
  /** Between the service and the server. */
  readonly proxy: TcpProxy;
  /** A connection past the proxy that was there before, as superuser. */
  readonly admin: Client;
}

/** One way in which a database is away; `begin` answers what ends it. */
export interface DatabaseFault {
  readonly name: string;
  readonly begin: (database: Database) => Promise<() => Promise<unknown> | void>;
}

const TABLES = ['shared_changes', 'copies', 'leases', 'series_blocks'].map((name) => `performance_gateway.${name}`);
const AGAIN_MS = 300;

/** Does it at once and again and again, until the function that it answers is called. */
function again(act: () => unknown): () => void {
  act();
  const timer = setInterval(act, AGAIN_MS);
  return () => clearInterval(timer);
}

const terminateOthers = ({ admin }: Database) =>
  admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`);

/** Changes a setting of the server for all new connections, and ends those there are. */
async function setting(database: Database, name: string, value: string): Promise<() => Promise<void>> {
  const { admin } = database;
  const apply = async (statement: string) => {
    await admin.query(statement);
    await admin.query('SELECT pg_reload_conf()');
    await terminateOthers(database);
  };
  await apply(`ALTER SYSTEM SET ${name} = ${value}`);
  return () => apply(`ALTER SYSTEM RESET ${name}`);
}

async function writeUntilItFails(admin: Client): Promise<void> {
  const write = async () => {
    for (let segment = 0; segment < 50; segment++) {
      await admin.query(`SELECT pg_logical_emit_message(false, 'test', 'x')`);
      await admin.query('SELECT pg_switch_wal()');
    }
  };
  const failed = await write().catch(() => true);
  if (!failed) throw new Error('the full disk has room for 50 more segments of the log');
}

/** The ways in which a database fails its clients, each with its end. */
export const DATABASE_FAULTS: readonly DatabaseFault[] = [
  {
    name: 'stopped in order, and started again',
    begin: async ({ server }) => {
      await server.stop('fast');
      return () => server.restart();
    },
  },
  {
    name: 'crashed, and started again',
    begin: async ({ server }) => {
      await server.stop('immediate');
      return () => server.restart();
    },
  },
  {
    name: 'killed with SIGKILL, and started again',
    begin: async ({ server }) => {
      process.kill(server.pid, 'SIGKILL');
      return () => server.restart();
    },
  },
  {
    name: 'frozen: it takes connections and answers nothing',
    begin: async ({ server }) => {
      await server.freeze();
      return () => server.thaw();
    },
  },
  {
    name: 'every connection ended by the server, again and again',
    begin: async (database) => again(() => void terminateOthers(database)),
  },
  {
    name: 'every statement cancelled, again and again',
    begin: async ({ admin }) =>
      again(
        () =>
          void admin.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`),
      ),
  },
  {
    name: 'every connection reset by the network, again and again',
    begin: async ({ proxy }) => again(() => proxy.cut()),
  },
  {
    name: 'a network that carries nothing',
    begin: async ({ proxy }) => {
      proxy.stall();
      return () => proxy.forward();
    },
  },
  {
    name: 'an address that refuses connections',
    begin: async ({ proxy }) => {
      await proxy.refuse();
      return () => proxy.listen();
    },
  },
  {
    name: 'connections that are taken and closed at once',
    begin: async ({ proxy }) => {
      proxy.closeNew();
      proxy.cut();
      return () => proxy.forward();
    },
  },
  {
    name: 'a network that is slow by 300 ms each way',
    begin: async ({ proxy }) => {
      proxy.slow(300);
      proxy.cut();
      return () => {
        proxy.forward();
        proxy.cut();
      };
    },
  },
  {
    name: 'all connections of the server taken by others',
    begin: async (database) => {
      const { server } = database;
      await terminateOthers(database);
      const others: Client[] = [];
      for (;;) {
        const client = new Client({ connectionString: server.url });
        client.on('error', () => undefined);
        try {
          await client.connect();
        } catch {
          await client.end().catch(() => undefined);
          break;
        }
        others.push(client);
      }
      return () => Promise.all(others.map((client) => client.end()));
    },
  },
  {
    name: 'a server that has turned read-only',
    begin: (database) => setting(database, 'default_transaction_read_only', 'on'),
  },
  {
    name: 'a disk that is full',
    begin: async ({ server, disk, admin }) => {
      disk.fill();
      // It writes where there is room from before; the next segments of its log find none, which ends the server.
      await writeUntilItFails(admin);
      return async () => {
        disk.empty();
        await server.restart();
      };
    },
  },
  {
    name: 'a password that was changed',
    begin: async (database) => {
      const { server, admin } = database;
      const { username, password } = new URL(server.url);
      const change = (to: string) => admin.query(`ALTER ROLE "${username}" PASSWORD '${to}'`);
      await change('another');
      await terminateOthers(database);
      return () => change(password);
    },
  },
  {
    name: 'tables that somebody has locked',
    begin: async ({ admin }) => {
      await admin.query('BEGIN');
      await admin.query(`LOCK TABLE ${TABLES.join(', ')} IN ACCESS EXCLUSIVE MODE`);
      return () => admin.query('ROLLBACK');
    },
  },
];
