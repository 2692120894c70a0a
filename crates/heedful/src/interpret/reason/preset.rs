//! Starter taxonomies, written for this library.
//!
//! One file for each field and language, so that a page or a service loads only what it needs; the
//! ids are the same in all languages.

use super::taxonomy::Taxonomy;
#[cfg(feature = "taxonomies")]
use crate::base::error::{Error, ErrorCode, Result};
#[cfg(feature = "taxonomies")]
use crate::text::Language;

/// Fields for which there is a starter.
const FIELDS: &[&str] =
    &["banking", "healthcare", "restaurants", "retail", "software", "support", "telecom", "travel"];

/// Languages in which there are starters.
#[cfg(feature = "taxonomies")]
const LANGUAGES: [Language; 4] =
    [Language::English, Language::German, Language::French, Language::Spanish];

#[cfg(feature = "taxonomies")]
macro_rules! starters {
    ($($language:literal)*) => {
        concat!($(
            include_str!(concat!("../../../data/taxonomies/banking.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/healthcare.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/restaurants.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/retail.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/software.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/support.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/telecom.", $language, ".json")),
            "\0",
            include_str!(concat!("../../../data/taxonomies/travel.", $language, ".json")),
            "\0",
        )*)
    };
}

/// All starters, of [`LANGUAGES`] and in each of [`FIELDS`], each with a sign after it that none holds. Texts of one language
/// side by side compress to nine tenths.
#[cfg(feature = "taxonomies")]
const STARTERS: &str = starters!("en" "de" "fr" "es");

#[cfg(feature = "taxonomies")]
fn document(field: &str, language: Language) -> Option<&'static str> {
    let language = LANGUAGES.iter().position(|known| *known == language)?;
    let field = FIELDS.iter().position(|known| *known == field)?;
    STARTERS.split('\0').nth(language * FIELDS.len() + field)
}

impl Taxonomy {
    /// A starter taxonomy: `banking`, `healthcare`, `restaurants`, `retail`, `software`, `support`,
    /// `telecom` or `travel`, with names and terms in English, German, French or Spanish.
    ///
    /// It is a start: terms are written to find most of what is said (recall) at the price of some
    /// wrong matches. Look at the lint on comments of yours, then edit. Each reason's
    /// [`labels`](super::taxonomy::Reason::labels) say what public data sets call it.
    ///
    /// Terms come from knowledge of how customers write. Those in English were tried on one part of labelled
    /// public comments and measured on another; over all labels:
    ///
    /// | comments | recall | precision |
    /// | --- | --- | --- |
    /// | restaurants (SemEval 2014, 2015 and 2016) | 0.78, 0.82 | 0.70, 0.67 |
    /// | hotels (OATS) | 0.92 | 0.62 |
    /// | complaints about airlines (tweets, one label each) | 0.70 | 0.49 |
    /// | banking (BANKING77) | 0.86 | 0.68 |
    /// | patients of the NHS (Friends and Family Test) | 0.79 | 0.52 |
    /// | groceries bought online (one label each) | 0.85 | 0.54 |
    /// | reviews of apps: faults and wishes | 0.69 | 0.56 |
    /// | requests to a support desk | 0.97 | 0.90 |
    ///
    /// The other languages say the same without having been measured, but for German travel by rail.
    ///
    /// ```
    /// use heedful::{Taxonomy, text::Language};
    ///
    /// let retail = Taxonomy::preset("retail", [Language::English, Language::French])?;
    /// assert_eq!(retail.get("staff").unwrap().name(Language::French), "Personnel");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `unknown-name` where there is no such field, or not in such a language; `invalid-argument`
    /// without any language.
    #[cfg(feature = "taxonomies")]
    pub fn preset(field: &str, languages: impl IntoIterator<Item = Language>) -> Result<Self> {
        let mut whole: Option<Self> = None;
        for language in languages {
            let text = document(field, language).ok_or_else(|| unknown(field, language))?;
            let part = Self::from_json(text)?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => whole.merge(&part)?,
            }
        }
        whole.ok_or_else(|| {
            Error::new(ErrorCode::InvalidArgument, "name at least one language").at("language")
        })
    }

    /// The fields for which there is a starter taxonomy.
    ///
    /// ```
    /// use heedful::Taxonomy;
    ///
    /// assert!(Taxonomy::presets().contains(&"retail"));
    /// ```
    #[must_use]
    pub fn presets() -> &'static [&'static str] {
        FIELDS
    }
}

#[cfg(feature = "taxonomies")]
fn unknown(field: &str, language: Language) -> Error {
    if FIELDS.contains(&field) {
        let codes: Vec<&str> = LANGUAGES.iter().map(|l| l.code()).collect();
        let message = format!(
            "no starter is written in `{}`: there are {}",
            language.code(),
            codes.join(", ")
        );
        return Error::new(ErrorCode::UnknownName, message).at("language");
    }
    let message =
        format!("no starter taxonomy is called `{field}`: known are {}", FIELDS.join(", "));
    Error::new(ErrorCode::UnknownName, message)
}

#[cfg(all(test, feature = "taxonomies"))]
mod tests {
    use super::*;
    use crate::interpret::reason::mapper::{Given, MapperOptions, ReasonMapper};

    #[test]
    fn every_starter_reads_and_is_complete() {
        for field in Taxonomy::presets() {
            let english = Taxonomy::preset(field, [Language::English]).unwrap();
            let ids: Vec<String> = english.iter().map(|e| e.reason.id().to_owned()).collect();
            let top = english.reasons().len();
            assert!((8..=15).contains(&top), "{field} has {top} reasons at the top");
            for language in LANGUAGES {
                let starter = Taxonomy::preset(field, [language]).unwrap();
                let same: Vec<String> = starter.iter().map(|e| e.reason.id().to_owned()).collect();
                assert_eq!(same, ids, "{field} {}", language.code());
                for entry in starter.iter() {
                    let reason = entry.reason;
                    let at = format!("{field} {} {}", language.code(), reason.id());
                    let least = if language == Language::English { 20 } else { 12 };
                    let grouping = !reason.reasons().is_empty();
                    let terms = reason.terms(language).len();
                    assert!(grouping || terms >= least, "{at} has {terms} terms");
                    assert!(grouping || reason.examples(language).len() >= 2, "{at}");
                    assert_ne!(reason.name(language), reason.id(), "{at}");
                }
            }
            let all = Taxonomy::preset(field, LANGUAGES).unwrap();
            assert_eq!(all.languages().len(), 4);
        }
        let error = Taxonomy::preset("zoo", [Language::English]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownName);
        let error = Taxonomy::preset("retail", [Language::Tamil]).unwrap_err();
        assert_eq!(error.path(), "language");
        let error = Taxonomy::preset("retail", []).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
    }

    /// Starter, comment, reasons that are in it, one that is not.
    const COMMENTS: &str = r"
travel.en | Sat in the plane on the runway for two hours, then we missed our connection | delay | cancellation
travel.en | They cancelled our flight and nobody would rebook us | cancellation | baggage
travel.en | They left my suitcase in Denver and it came back damaged | baggage | room
travel.en | Forty minutes on hold and then your agent hung up on me | customer_service | delay
travel.en | Comfy bed, spotless bathroom and a friendly front desk | room cleanliness staff | delay
travel.en | They kept pushing the departure back and we missed our onward connection | delay | room
travel.en | The walls are paper thin and we could hear the neighbours all night | room | food
travel.en | No legroom, and the train was rammed so we stood all the way | seat_comfort | food
travel.de | Der Zug fiel aus und es gab keine Durchsage | cancellation customer_service | food
travel.de | Das Zimmer war klein, aber zum Bahnhof sind es fünf Minuten zu Fuß | room location | delay
travel.de | Flugzeiten wurden mehrfach geändert, und die Kaution kam nicht zurück | cancellation refund | food
travel.fr | Notre vol a été annulé et personne ne répond au téléphone | cancellation customer_service | room
travel.fr | Petit déjeuner copieux et chambre très propre | food room cleanliness | delay
travel.fr | Chambre pas prête à 16 h et ça sentait le renfermé | check_in cleanliness | delay
travel.es | Perdieron mi maleta y nadie contesta | baggage customer_service | food
travel.es | Habitación amplia y limpia, muy cerca de la playa | room cleanliness location | delay
travel.es | La habitación no estaba lista y nadie se hace responsable | check_in customer_service | food
restaurants.en | Melted in my mouth, but twenty dollars for two bites is a rip off | food price | delivery
restaurants.en | Had to flag down the waitress twice for water | service staff | price
restaurants.en | Lovely patio with a view of the river, we will go back | place ambience overall | price
restaurants.en | Tiny plates for thirty quid each, and they had run out of half the dishes | portions price menu | delivery
restaurants.en | Gone downhill, the loos were filthy and our table was not ready | overall cleanliness booking | delivery
restaurants.de | Das Schnitzel war zäh und die Bedienung hat uns ignoriert | food service | price
restaurants.de | Vieles war aus, und niemand kam an den Tisch | menu service | delivery
restaurants.fr | Très bon accueil, plats copieux, nous reviendrons | staff food overall | cleanliness
restaurants.fr | Une tuerie, et belle vue sur la mer | overall location | price
restaurants.es | Tardaron una hora en traer los platos y el camarero fue borde | service staff | cleanliness
restaurants.es | Nos atendieron muy bien y merece la pena repetir | staff price overall | cleanliness
retail.en | Never received my parcel and the seller does not respond | delivery customer_service | staff
retail.en | The bottle had leaked and the seal was broken | packaging | staff
retail.en | They sent me the wrong size, not what I ordered | order_accuracy | store
retail.en | Only one till open and a queue down the aisle | checkout | returns
retail.en | Stopped working after a week and they refused to refund me | product_quality returns | store
retail.en | Sleeves are too long and the zip broke | fit_design product_quality | checkout
retail.en | Half the items were missing and they fobbed me off | order_accuracy customer_service | store
retail.de | Falsche Größe geliefert und auf die Rückerstattung warte ich noch | order_accuracy returns | store
retail.de | Nie in meiner Größe, und der Zusteller hat nicht geklingelt | availability delivery | checkout
retail.fr | Pas assez de choix dans les rayons et trop d'attente aux caisses | availability checkout | returns
retail.fr | Pas donné, et jamais ma taille | price availability | delivery
retail.es | El producto llegó roto y nadie responde a mis correos | product_quality customer_service | store
retail.es | Lo dejaron con el vecino y no es como la foto | delivery order_accuracy | checkout
telecom.en | Paying for 80 meg and getting 10, the router drops out every evening | speed reliability | billing
telecom.en | Charged twice this month and my bill keeps going up | billing | tv
telecom.en | No bars at all in our house, calls keep dropping | network | tv
telecom.en | The engineer never turned up and I had to chase them for weeks | installation delay | tv
telecom.en | Netflix stutters and the wifi drops upstairs | speed reliability | contract
telecom.en | Been with them for ten years but I am switching to another provider | contract | tv
telecom.en | Each person says something different and nobody takes responsibility | customer_service | tv
telecom.de | Seit drei Wochen kein Internet, und der Techniker kam nicht | reliability delay installation | tv
telecom.de | Drei Monate gewartet, keiner hilft | delay customer_service | tv
telecom.fr | Coupures tous les soirs et le conseiller m'a raccroché au nez | reliability customer_service | tv
telecom.fr | Décodeur en panne et aucun retour | tv communication | contract
telecom.es | Me cobraron dos veces y la señal es mala en mi pueblo | billing network | tv
telecom.es | Se cortan las llamadas y tardaron meses | network delay | tv
software.en | Keeps crashing since the last update, cannot open it any more | bugs updates | price
software.en | Please add a dark mode, it would be nice to sort by date | features | price
software.en | Way too many ads, and it logs me out every day | ads account | updates
software.en | Lost all my notes when it failed to sync | data | price
software.en | The screen goes black and it won't let me upload photos | bugs | ads
software.en | Fiddly menus, and please bring back the old search | usability features | ads
software.de | Seit dem letzten Update stürzt die App ständig ab | updates bugs | ads
software.de | Kein Ton mehr, und man kann nicht sortieren | bugs features | ads
software.fr | Trop de pubs, et il faudrait pouvoir modifier les dossiers | ads features | account
software.fr | Les photos ne s'affichent pas | bugs | ads
software.es | No me deja entrar en mi cuenta y se cierra sola | account bugs | ads
software.es | No se ven las fotos y falta un buscador | bugs features | ads
healthcare.en | Could not get an appointment for weeks and nobody answered the phone | access | food
healthcare.en | The nurse listened and told us what was happening at every step | communication | cost
healthcare.en | The ambulance arrived within ten minutes | waiting | cost
healthcare.en | Ward was filthy and the food inedible | cleanliness food | waiting
healthcare.en | Not enough staff, but they were all kind | staffing staff_attitude | cost
healthcare.en | Sat there for hours, then rushed in and out | waiting staffing | cost
healthcare.en | Not one complaint, they saved my life | care_quality | cost
healthcare.en | Nobody took my concerns seriously and the referral got lost | communication admin | food
healthcare.de | Zwei Stunden gewartet, und der Arzt hatte keine Zeit | waiting staffing | cost
healthcare.de | Die Überweisung fehlte, und die Beschilderung ist schlecht | admin location | food
healthcare.fr | Le médecin m'a tout expliqué, personnel très gentil | communication staff_attitude | cost
healthcare.fr | Médecin à l'écoute, mais le compte rendu n'est jamais arrivé | staff_attitude discharge | food
healthcare.es | Esperé tres horas y la enfermera fue muy amable | waiting staff_attitude | cost
healthcare.es | Me ayudó mucho, aunque la lista de espera es larga | care_quality access | food
support.en | Passed from one department to another and had to repeat myself | effort | delivery
support.en | I want to talk to a real person, not a chatbot | reachability self_service | delivery
support.en | My issue was resolved within minutes by a patient agent | resolution speed attitude | delivery
support.en | How do I unsubscribe from your newsletter | subscription | delivery
support.en | Line is always busy and I had to start all over again | reachability effort | delivery
support.en | He hadn't a clue and raised his voice | knowledge attitude | order
support.de | Ich wurde dreimal weitergeleitet und niemand konnte helfen | effort resolution | delivery
support.de | Immer noch nicht erledigt, wann kommt mein Paket | resolution delivery | billing
support.fr | Impossible de joindre un conseiller, toujours pas remboursé | reachability refund | technical
support.fr | Frais de port trop chers et aucun retour | delivery communication | account
support.es | Nadie contesta el teléfono y mi problema sigue sin resolver | reachability resolution | delivery
support.es | Ya funciona, todo muy claro | resolution communication | billing
banking.en | My card was refused at the till and the transfer has not arrived | card_problems transfers | cash
banking.en | There is an odd direct debit which I never set up | fraud_security | cash
banking.en | How long until my new card comes in the post | card_delivery | fees
banking.de | Wann kommt meine Karte, das Geld ist auch nicht da | card_delivery transfers | fees
banking.fr | Découvert trop cher, client depuis dix ans | rates_loans account | cash
banking.es | Me robaron la cartera y no puedo entrar en la app | lost_or_stolen identity_access | fees
";

    #[test]
    fn starters_hear_how_customers_write() {
        let options = MapperOptions { sentiment: false, ..MapperOptions::default() };
        let mut wrong = Vec::new();
        for line in COMMENTS.trim().lines() {
            let parts: Vec<&str> = line.split(" | ").collect();
            let [starter, comment, wanted, unwanted] = parts[..] else { panic!("{line}") };
            let (field, code) = starter.split_once('.').unwrap();
            let taxonomy = Taxonomy::preset(field, [code.parse().unwrap()]).unwrap();
            let mapper = ReasonMapper::with_options(taxonomy, options.clone()).unwrap();
            let mappings = mapper.map(&[Some(comment)], Given::default()).unwrap();
            let found: Vec<&str> = mappings.iter().map(|m| m.id).collect();
            if !wanted.split(' ').all(|id| found.contains(&id)) || found.contains(&unwanted) {
                wrong.push(format!("{line}: {found:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
