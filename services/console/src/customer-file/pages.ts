/** One chunk for customers' files, tasks and imports. */
import '../style/customer-file.css';
import '../style/identity.css';

export { CustomerPage } from './customer-page.tsx';
export { CustomersPage } from './customers-page.tsx';
export { FieldsPage } from './fields-page.tsx';
export { ImportPage } from './import-page.tsx';
export { ImportsPage } from './imports-page.tsx';
export { TasksPage } from './tasks-page.tsx';
