/** The rules by which customers are compared. With their dictionaries they take tens of megabytes, so this file is loaded when it is needed. */
export { blockingKeys } from '@patchbay/domain/identity/blocking-keys';
export { customerRecord, readCustomer } from '@patchbay/domain/identity/customer-record';
export { frequencyOfNames, nameFrequencyKeys } from '@patchbay/domain/identity/name-frequency';
export { countPeople } from '@patchbay/domain/identity/people-of-names';
export { likeness } from '@patchbay/domain/identity/suggestion';
