/** One chunk for the pages about grades and segments. */
export { GradingPage } from './grading-page.tsx';
export { SegmentsPage } from './segments-page.tsx';
