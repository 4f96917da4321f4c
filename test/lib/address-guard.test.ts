import { describe, expect, it } from "vitest";
import { judgeAddress } from "../../src/lib/address-guard.ts";

const verdict = (text: string, local = false): string => {
  const address = judgeAddress(text, local);
  return address.ok ? "ok" : address.error;
};

const PRIVATE = [
  "https://127.0.0.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0177.0.0.1/",
  "https://127.1/",
  "https://127.0.0.1./",
  "https://１２７.0.0.1/",
  "https://0/",
  "https://0.0.0.0/",
  "https://10.1.2.3/",
  "https://100.64.0.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://0xa9fea9fe/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.0.0.8/",
  "https://192.0.2.1/",
  "https://192.168.1.1/",
  "https://192.168.257/",
  "https://198.18.0.1/",
  "https://198.19.255.255/",
  "https://198.51.100.7/",
  "https://203.0.113.9/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  "https://[::]/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://[::ffff:8.8.8.8]/",
  "https://[::7f00:1]/",
  "https://[fc00::1]/",
  "https://[fd12:3456::1]/",
  "https://[fe80::1]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://[64:ff9b::a00:1]/",
  "https://[100::1]/",
  "https://[2001::1]/",
  "https://[2001:db8::1]/",
  "https://[2002:7f00:1::]/",
  "https://[3fff::1]/",
];

describe("O-06 addresses outside local mode", () => {
  it.each(PRIVATE)("%s is refused as private, however it is spelt", (text) => {
    expect(verdict(text)).toBe("private_address");
  });

  it.each([
    ["https://localhost/", "local_name"],
    ["https://LOCALHOST:8443/x", "local_name"],
    ["https://localhost./", "local_name"],
    ["https://a.b.localhost/", "local_name"],
    ["https://printer.local/", "local_name"],
    ["https://metadata.google.internal/", "local_name"],
    ["https://METADATA.google.internal./", "local_name"],
    ["https://localhost.localdomain/", "local_name"],
    ["https://nas.lan/", "local_name"],
    ["https://nas.home.arpa/", "local_name"],
    ["https://nas。home．arpa/", "local_name"],
    ["https://ｌｏｃａｌｈｏｓｔ/", "local_name"],
    ["http://school.example/", "plain_http"],
    ["ftp://school.example/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["https://user:pass@school.example/", "userinfo"],
    ["https://school.example@10.0.0.1/", "userinfo"],
    ["//school.example/", "not_a_url"],
    ["school.example", "not_a_url"],
    ["https://[fe80::1%25eth0]/", "not_a_url"],
    ["", "not_a_url"],
  ])("%s is refused: %s", (text, reason) => {
    expect(verdict(text)).toBe(reason);
  });

  it.each([
    "https://school.getcourse.ru/pl/api",
    "https://8.8.8.8/",
    "https://172.15.0.1/",
    "https://172.32.0.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://[2606:4700::1111]/",
    "https://[2001:4860:4860::8888]/",
    "https://localhost.example/",
    "https://127.0.0.1.nip.io/",
    "https://home.example/",
    "https://lan.ru/",
    "https://internal.school.ru/",
    "https://школа.рф/",
  ])("%s is allowed", (text) => {
    expect(verdict(text)).toBe("ok");
  });
});

describe("O-06 addresses in local mode", () => {
  it.each([
    "http://127.0.0.1:8080/x",
    "http://127.9.9.9/",
    "http://[::1]:80/",
    "http://[::ffff:127.0.0.1]/",
    "http://school.example/",
  ])("%s is allowed", (text) => {
    expect(verdict(text, true)).toBe("ok");
  });

  it.each([
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://localhost/",
  ])("%s stays refused", (text) => {
    expect(verdict(text, true)).not.toBe("ok");
  });
});
