import { describe, expect, test } from 'vitest';
import { isDeviceLine } from './device-line.ts';

describe('a device or a program names itself', () => {
  test.each([
    'Sent from my iPhone 14 Pro Max',
    'Sent from my Vodafone 5G LTE BlackBerry® smartphone.',
    'sent from my samsung galaxy tab',
    'Sent via the Samsung GALAXY S®5, an AT&T 4G LTE smartphone',
    'Sent on the Sprint® Now Network from my BlackBerry®',
    'Sent from my BlackBerry 10 smartphone on the Verizon Wireless 4G LTE network.',
    'Sent from my iPad. Please excuse typos.',
    'Sent with Tuta; enjoy secure & ad-free emails.',
    '[Sent from Yahoo Mail for iPhone](https://go.example/1)',
    '*Sent from my iPhone*',
    'Von meinem Samsung-Tablet gesendet',
    'Von Yahoo Mail auf Android gesendet',
    'Diese E-Mail wurde von meinem Android-Gerät mit WEB.DE Mail gesendet.',
    'Envoyé depuis mon appareil Samsung',
    'Envoyé à partir de Outlook pour Android',
    'Enviado desde mi dispositivo Samsung',
    "Envoyé depuis l'application Mail Orange de mon iPhone",
    'Von meinem/meiner Samsung gesendet',
    'Elküldve az Android készülékemről',
    'Enviat des del meu iPad',
    'Poslano s mog iPada',
    'Sent from Outlook for iOS',
    'Inviato dal mio dispositivo Android',
    'Odesláno ze zařízení Samsung',
    'Отправлено с устройства Samsung',
    'נשלח מה-iPhone שלי',
    'Trimis de pe iPhone-ul meu',
    'Εστάλη από το iPhone μου',
    'Poslané z iPhonu',
    'Envoyé avec la messagerie sécurisée Proton Mail.',
    'Gesendet mit Proton Mail E-Mail-Verschlüsselung.',
    "Inviato con l'email sicura Proton Mail.",
    'Enviado con el correo electrónico seguro de Proton Mail.',
    'Sent from TypeApp',
    'Sent from BlueMail for Android',
  ])('anywhere: %s', (line) => {
    expect(isDeviceLine(line, false)).toBe(true);
    expect(isDeviceLine(line, true)).toBe(true);
  });

  test.each([
    'Sent from my phone',
    'Sent from my HTC One',
    'Sent from mobile. Please excuse brevity.',
    'From my mobile',
    'Sent from Mail for Windows',
    'Get Outlook for Mac',
    'Scarica Outlook per Android',
    'Hent Outlook til Android',
    'iPhone’umdan gönderildi',
    'Samsung Galaxy akıllı telefonumdan gönderildi.',
    'iPhone-omról küldve',
    'iPhoneから送信',
    'Windows 版のメールから送信',
    'Yahoo!メール - Androidから送信',
    'मेरे iPhone से भेजा गया',
    '발신: iPhone에서 보냄',
    '来自 Outlook for Android',
    '发送自 Windows 版邮件应用',
    '发自我的小米手机',
  ])('apart from what is written: %s', (line) => {
    expect(isDeviceLine(line, true)).toBe(true);
    expect(isDeviceLine(line, false)).toBe(false);
  });

  test.each([
    'Download Outlook for iOS<https://aka.example/1>',
    'Yahoo Mail: Search, Organize, Conquer (https://mail.example/1)',
  ])('with a link: %s', (line) => {
    expect(isDeviceLine(line, false)).toBe(true);
  });
});

describe('a person’s sentence', () => {
  test.each([
    'Sent by GLS with the phone inside, parcel 9Z111',
    'Sent using DHL to your mobile team, parcel 77',
    'Sent from Windows computer repair on 5 June',
    'Sent from my iPhone on 5 June',
    'Sent with Samsung guarantee card',
    'Sent from my iPhone 20260605',
    'Sent from my savings account',
    'Sent from my old flat',
    'Sent from my phone it never comes',
    'Sent from my phone company',
    'Sent by mail on Friday',
    'Download Outlook for Windows stops at error 0x99',
    'Get Outlook for Mac to start, please',
    'Envoyé avec la lampe dans un carton',
    'Gesendet mit E-Mail-Verschlüsselung von mir',
    'Inviato con corriere sicuro',
    'Windows 版のメールから送信できません',
    'How do I get Outlook for Mac',
    'get Outlook for Mac?',
    'Hent Outlook til Windows går ikke',
    'Obtenir Outlook pour Windows est impossible',
    'Von meiner Seite wurde alles gesendet.',
    'Von meinem Handy wurde nichts gesendet.',
    'Von meinem Anwalt wurde Ihnen ein Brief gesendet.',
    'Diese Nachricht wurde schon zweimal gesendet.',
    'Diese Nachricht wurde mir am 5.6. von Ihnen gesendet.',
    'Gesendet von Hermes an Handy Müller',
    'Gesendet mit DHL, Handy war dabei',
    'envoyé depuis la poste de Lille par téléphone',
    'Samsung telefon 5 haziranda gönderildi',
    'iPhone 5 haziranda gönderildi',
    'Wysłane z telefonu nie przychodzi',
    'Отправлено с телефона, но не дошло',
    'iPhoneから送信したのに届きません',
    '来自手机的问题',
    'From my phone I see nothing',
    'Sent from my iPhone; the number is 4711',
  ])('%s', (line) => {
    expect(isDeviceLine(line, true)).toBe(false);
    expect(isDeviceLine(line, false)).toBe(false);
  });
});

test('a line that goes on for ever takes no time', () => {
  const begun = performance.now();
  for (const unit of ['sent from my ', 'von ', '发自', '[https://', 'A ', '. ', 'iphone'])
    isDeviceLine(`sent from my ${unit.repeat(20_000)}`, true);
  for (const unit of ['a ', '. ', 'iPhone ', ', ', '(https://'])
    for (let times = 0; times < 2_000; times += 1) isDeviceLine(`Von ${unit.repeat(30)} x`, true);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
