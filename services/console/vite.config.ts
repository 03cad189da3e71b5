import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * Icons call themselves by the English names of their files, so that a button is read aloud as "reload Try now", in Chinese too. Without a label
 * of the page's own they are ornament, and say nothing.
 */
const silentIcons = (): Plugin => ({
  name: 'silent-icons',
  enforce: 'pre',
  transform(code, id) {
    if (!/@ant-design\/icons\/es\/components\/AntdIcon(?:Light)?\.js/.test(id)) return null;
    const silent = code.replace(
      /role: "img",\s+"aria-label": icon\.name/,
      `...(restProps['aria-label'] ?? restProps.title ? { role: 'img' } : { 'aria-hidden': true })`,
    );
    if (silent === code) this.error('The icons name themselves in another way than was known');
    return { code: silent, map: null };
  },
});

export default defineConfig({
  base: '/',
  plugins: [silentIcons(), react()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': 'http://127.0.0.1:3000', '/socket.io': { target: 'http://127.0.0.1:3000', ws: true } },
  },
});
