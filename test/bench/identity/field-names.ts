/** Names by which the fields of a customer, and fields of other data, may be called in a map. */
import type { FieldKind } from '@patchbay/domain/identity/score/fields';

/** `id` and `fullName` are not compared as they are. */
export type MapTarget = FieldKind | 'id' | 'fullName' | 'ignore';

const names: Readonly<Record<MapTarget, string>> = {
  id: 'id recid recordid identifier key',
  ignore: 'ignore skip none null',
  fullName: 'fullname name personname customername',
  givenName: 'givenname firstname forename given first fname',
  middleName: 'middlename middle secondname midname middleinitial',
  familyName: 'familyname lastname surname family last lname',
  generation: 'generation suffix namesuffix',
  birthDate: 'birthdate dateofbirth dob birthday born',
  gender: 'gender sex',
  email: 'email mail emailaddress',
  phone: 'phone telephone phonenumber tel mobile cell fax',
  accountNumber:
    'accountnumber account externalid external visitorid customernumber socsecid ssn nationalid taxid number reference',
  street: 'street address streetaddress address1 addressline1 addressline address2 addressline2 street2 addr',
  houseNumber: 'housenumber streetnumber house housenum',
  postalCode: 'postalcode postcode zip zipcode plz',
  city: 'city suburb town locality',
  region: 'region state province county',
  country: 'country',
  organisation: 'organisation organization company employer business',
  text: 'text other title description authors author venue manufacturer brand notes cuisine',
  category: 'category type race ethnicity class status',
  year: 'year age birthyear yearofbirth',
  amount: 'amount price cost',
};

const targets = new Map(
  Object.entries(names).flatMap(([target, list]) =>
    list.split(' ').map((name) => [name, target as MapTarget] as const),
  ),
);

/** Null when nothing is called so. Case and signs do not matter. */
export function targetOf(name: string): MapTarget | null {
  return targets.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) ?? null;
}
