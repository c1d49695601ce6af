import { keyFor } from './key-server.js';

export default {
  plugins: [
    {
      name: 'keys',
      configureServer({ middlewares }) {
        middlewares.use('/key', (_request, response) => {
          void keyFor().then(
            (key) => response.end(JSON.stringify(key)),
            (error) => response.writeHead(502).end(error.message),
          );
        });
      },
    },
  ],
};
