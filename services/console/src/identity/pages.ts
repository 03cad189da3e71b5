/** One chunk for the pairs to decide and the websites that vouch for visitors. */
import '../style/desk.css';
import '../style/identity.css';

export { SuggestionsPage } from './suggestions-page.tsx';
export { VisitorSitesPage } from './visitor-sites-page.tsx';
