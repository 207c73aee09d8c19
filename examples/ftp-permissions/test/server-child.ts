// A server to be killed. Its arguments are a database and a folder. It sends its port, and for
// each message it gets, how many users' counts were not written before and after a sync.

import { LruAccountCache } from '../src/account-cache.js';
import { connect } from '../src/connection.js';
import { startService } from '../src/service.js';

const [url = '', root = ''] = process.argv.slice(2);
const { activity, port } = await startService({
  connection: await connect(url),
  root,
  host: '127.0.0.1',
  port: 0,
  createCache: (store) => new LruAccountCache(10, store),
  activities: 10,
  onError: (error) => console.error(error),
});
process.on('message', async () => {
  const dirtyBefore = activity.dirtySize;
  await activity.sync();
  process.send?.({ dirtyBefore, dirtyAfter: activity.dirtySize });
});
process.on('disconnect', () => process.exit());
process.send?.(port);
