import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A script in a process of its own that sends messages: `{ next, ask, stop }`. `next()` is its next message, `ask(message)`
 * the answer to one; both reject when it ends instead of answering. It has to end when it is disconnected, which `stop()`
 * does and waits for.
 */
export function startChild(script, args = [], options = {}) {
  const child = fork(script, args, options);
  const exited = once(child, 'exit');
  const failed = exited.then(([code, signal]) => {
    throw new Error(`${script} ended with ${signal ?? code}`);
  });
  failed.catch(() => undefined); // it also ends when it is asked to
  const next = async () => {
    const [message] = await Promise.race([once(child, 'message'), failed]);
    return message;
  };
  return {
    next,
    ask(message) {
      const answer = next();
      child.send(message);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
