"""Makes `corpus.jsonl`: comments written for this purpose with private things planted in them, and comments with
numbers that are not private. Run it again and the same file comes out. Nothing in it belongs to anybody: addresses are
of the domains, ranges and numbers that are set aside for examples where there are such."""

import json
import random

random.seed(20260101)

FRAMES = {
    "en": ["Please call me back: {}", "My details are {}, thanks.", "I wrote it down ({}) and nobody answered",
           "{} is what I gave to your agent on Monday.", "Again: {}! Why does nobody read this?"],
    "de": ["Bitte melden Sie sich: {}", "Meine Angaben: {}, danke.", "Ich habe es notiert ({}) und nichts geschah",
           "{} habe ich Ihrem Mitarbeiter am Montag gesagt.", "Nochmals: {}! Warum liest das keiner?"],
    "fr": ["Merci de me contacter : {}", "Mes coordonnées : {}, merci.", "Je l'ai noté ({}) et rien ne s'est passé",
           "{} est ce que j'ai donné à votre conseiller lundi.", "Encore une fois : {} ! Pourquoi personne ne lit ?"],
    "es": ["Por favor, contácteme: {}", "Mis datos: {}, gracias.", "Lo apunté ({}) y no pasó nada",
           "{} es lo que di a su agente el lunes.", "Otra vez: {}. ¿Por qué nadie lo lee?"],
    "da": ["Kontakt mig venligst: {}", "Mine oplysninger: {}, tak.", "Jeg skrev det ned ({}), og intet skete",
           "{} gav jeg jeres medarbejder i mandags.", "Igen: {}! Hvorfor læser ingen det?"],
    "fi": ["Ottakaa yhteyttä: {}", "Tietoni: {}, kiitos.", "Kirjoitin sen ylös ({}) eikä mitään tapahtunut",
           "{} on se, minkä annoin asiakaspalvelijalle.", "Taas: {}! Miksi kukaan ei lue tätä?"],
}

NAMES = ["Anna", "Jürgen", "Chloé", "José", "Søren", "Päivi", "O'Neill", "Anne-Marie", "Zoë", "Björn"]


def digits(count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def email() -> str:
    local = random.choice(["anna.muster", "j.o'neill", "info+nps", "päivi", "max_power99", "a", "first-last", "K.W"])
    host = random.choice(["example.com", "mail.example.org", "example.co.uk", "sub.my-firm.example", "EXAMPLE.NET"])
    return f"{local}@{host}"


def phone() -> str:
    return random.choice([
        f"+44 20 7946 0{digits(3)}", f"(555) 010-{digits(4)}", f"555-010-{digits(4)}", f"+1 (555) 010-{digits(4)}",
        f"+49 30 23125 {digits(3)}", f"030/23125{digits(3)}", f"0041 44 668 18 {digits(2)}", f"+33 1 99 00 {digits(2)} {digits(2)}",
        f"01 99 00 {digits(2)} {digits(2)}", f"+34 600 {digits(3)} {digits(3)}", f"+45 20 {digits(2)} {digits(2)} {digits(2)}",
        f"+358 40 {digits(3)} {digits(4)}", f"0{digits(9)}", f"+41.44.668.18.{digits(2)}",
    ])


def luhn(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def card() -> str:
    number = random.choice([luhn("4" + digits(14)), luhn("5" + random.choice("12345") + digits(13))])
    amex = luhn("37" + digits(12))
    spaced = " ".join(number[at:at + 4] for at in range(0, 16, 4))
    return random.choice([number, spaced, spaced.replace(" ", "-"), amex, f"{amex[:4]} {amex[4:10]} {amex[10:]}"])


def iban() -> str:
    country, length = random.choice([("DE", 18), ("FR", 23), ("ES", 20), ("CH", 17), ("DK", 14), ("FI", 14), ("GB", 0)])
    account = "NWBK" + digits(14) if country == "GB" else digits(length)
    as_number = "".join(str(int(c, 36)) for c in account + country + "00")
    whole = f"{country}{98 - int(as_number) % 97:02d}{account}"
    return random.choice([whole, " ".join(whole[at:at + 4] for at in range(0, len(whole), 4))])


def ip() -> str:
    return random.choice([f"192.0.2.{random.randrange(256)}", f"203.0.113.{random.randrange(256)}",
                          f"2001:db8::{random.randrange(16, 65536):x}", f"2001:db8:0:1:{random.randrange(65536):x}:0:0:1"])


def url() -> str:
    token = "".join(random.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(24)) + "7"
    return random.choice([f"https://shop.example/reset?token={token}", f"https://example.com/s/{token}",
                          f"http://example.org/order#id={digits(8)}", f"https://user:secret@example.com/start"])


KINDS = {"email": email, "phone": phone, "card": card, "iban": iban, "ip": ip, "url": url}

CLEAN = {
    "en": ["I paid £1,299.99 and waited 45 minutes.", "Ordered on 12/05/2024, arrived 2024-05-19 at 14:30.", "10/10, would buy 3 more!",
           "Version 3.5.2 crashes every 20 min since 2023.", "We are 1,500 people in 12 offices.", "Support 24/7? Rather 9-17.", "Save 25% on 2 items, they said."],
    "de": ["1.299,99 € bezahlt und 45 Minuten gewartet.", "Bestellt am 12.05.2024, geliefert am 19.5. um 14:30 Uhr.", "Note 1 bis 6: eine 2.",
           "Seit Version 3.5.2 stürzt es alle 20 Min. ab.", "Wir sind 1'500 Leute an 12 Orten.", "80331 München ist doch nicht weit.", "2 von 10 Teilen fehlten, 2019-2023 war es besser."],
    "fr": ["Payé 1 299,99 € et attendu 45 minutes.", "Commandé le 12/05/2024, reçu le 19 mai à 14h30.", "Je mets 10/10 sans hésiter.",
           "La version 3.5.2 plante toutes les 20 min.", "Nous sommes 1 500 personnes sur 12 sites.", "75011 Paris, 3e étage, trop long.", "25 % de remise sur 2 articles."],
    "es": ["Pagué 1.299,99 € y esperé 45 minutos.", "Pedido el 12/05/2024, llegó el 19-05-2024 a las 14:30.", "Un 10 sobre 10.",
           "La versión 3.5.2 falla cada 20 min.", "Somos 1.500 personas en 12 sedes.", "28013 Madrid no está lejos.", "25 % de descuento en 2 artículos."],
    "da": ["Betalte 1.299,99 kr. og ventede 45 minutter.", "Bestilt 12-05-2024, kom 19/5 kl. 14.30.", "10 ud af 10.",
           "Version 3.5.2 går ned hvert 20. min.", "Vi er 1.500 ansatte på 12 steder.", "2100 København er ikke langt væk.", "25 % rabat på 2 varer."],
    "fi": ["Maksoin 1 299,99 € ja odotin 45 minuuttia.", "Tilattu 12.5.2024, saapui 19.5. klo 14.30.", "Täysi 10/10.",
           "Versio 3.5.2 kaatuu 20 min välein.", "Meitä on 1 500 ihmistä 12 paikassa.", "00100 Helsinki ei ole kaukana.", "25 % alennus 2 tuotteesta."],
}

with open("corpus.jsonl", "w", encoding="utf-8") as out:
    for language, frames in FRAMES.items():
        for kind, make in KINDS.items():
            for turn in range(25):
                item = make()
                text = frames[turn % len(frames)].format(item)
                record = {"language": language, "text": text, "items": [{"kind": kind, "text": item}]}
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        for turn, name in enumerate(NAMES):
            text = frames[turn % len(frames)].format(name)
            record = {"language": language, "text": text, "items": [{"kind": "name", "text": name}]}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
        for text in CLEAN[language]:
            out.write(json.dumps({"language": language, "text": text, "items": []}, ensure_ascii=False) + "\n")
