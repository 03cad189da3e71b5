/** One chunk for who somebody is: the customer, the pairs to decide, the websites that vouch for visitors. */
import '../style/desk.css';
import '../style/identity.css';

export { CustomerPage } from './customer-page.tsx';
export { SuggestionsPage } from './suggestions-page.tsx';
export { VisitorSitesPage } from './visitor-sites-page.tsx';
