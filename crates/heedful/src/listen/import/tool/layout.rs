//! What the columns of the tools are called. Names are folded: lower case, letters and digits only.

use super::Preset;

/// Names of a tool, the best first.
pub(super) struct Names {
    pub(super) rating: &'static [&'static str],
    pub(super) at: &'static [&'static str],
    pub(super) comment: &'static [&'static str],
    pub(super) customer: &'static [&'static str],
}

/// Names of accounts, whoever wrote the file.
pub(super) const ACCOUNT: &[&str] = &[
    "accountid",
    "account",
    "accountname",
    "companyid",
    "company",
    "companyname",
    "organisation",
    "organization",
];

/// Names of times, whoever wrote the file.
const AT: &[&str] = &[
    "submittedat",
    "submitdateutc",
    "completedat",
    "responsedate",
    "recordeddate",
    "enddate",
    "respondedat",
    "timestamp",
    "createdat",
    "datesubmitted",
    "datemodified",
    "datecreated",
    "surveydate",
    "date",
    "datetime",
    "when",
    "time",
    "datum",
    "zeitstempel",
    "horodateur",
    "marcatemporal",
    "tidsstempel",
    "aikaleima",
    "startdate",
    "updatedat",
];

/// Names of what the customer wrote.
const COMMENT: &[&str] = &[
    "comment",
    "comments",
    "feedback",
    "verbatim",
    "text",
    "openended",
    "openendedresponse",
    "kommentar",
    "commentaire",
    "comentario",
    "kommentti",
    "freetext",
    "review",
    "why",
    "reason",
];

/// Names of the person asked: ids before addresses.
const CUSTOMER: &[&str] = &[
    "customerid",
    "customer",
    "userid",
    "contactid",
    "contact",
    "externalreference",
    "externaldatareference",
    "externalid",
    "personid",
    "person",
    "enduserid",
    "memberid",
    "clientid",
    "email",
    "emailaddress",
    "recipientemail",
    "enduseremail",
    "personemail",
    "username",
    "emailadresse",
    "adressemail",
    "correoelectrónico",
    "kunde",
    "kundennummer",
    "kundenid",
    "client",
    "cliente",
    "asiakas",
];

/// Names of ratings, whoever wrote the file.
const RATING: &[&str] =
    &["score", "rating", "nps", "npsscore", "netpromoterscore", "csat", "ces", "stars"];

pub(super) fn names(preset: Preset) -> Names {
    let common = Names { rating: RATING, at: AT, comment: COMMENT, customer: CUSTOMER };
    match preset {
        Preset::Qualtrics => Names {
            at: &["recordeddate", "enddate", "startdate"],
            customer: &[
                "externalreference",
                "externaldatareference",
                "contactid",
                "recipientemail",
            ],
            ..common
        },
        Preset::Surveymonkey => {
            Names { at: &["datemodified", "enddate", "datecreated", "startdate"], ..common }
        }
        Preset::Typeform => Names { at: &["submitdateutc", "startdateutc"], ..common },
        Preset::Delighted => Names {
            rating: &["score"],
            at: &["createdat", "respondedat", "timestamp", "updatedat"],
            customer: &["personid", "person", "personemail", "email"],
            ..common
        },
        Preset::Wootric => Names {
            rating: &["score"],
            at: &["createdat", "responsecreatedat", "updatedat"],
            comment: &["text", "feedback", "comment"],
            customer: &["enduserexternalid", "externalid", "enduserid", "enduseremail", "email"],
        },
        Preset::Formbricks => Names {
            at: &["createdat", "timestamp", "updatedat"],
            customer: &["contactuserid", "userid", "personuserid", "contactid", "personid"],
            ..common
        },
        Preset::Medallia => Names {
            rating: &["likelihoodtorecommend", "ltr", "npsscore", "nps"],
            at: &[
                "responsedate",
                "eresponsedate",
                "responsereceived",
                "creationdate",
                "surveydate",
            ],
            ..common
        },
        Preset::GoogleForms | Preset::Generic | Preset::Auto => common,
    }
}

/// Whether a column is of the tool rather than of the respondent, and why it is not read.
pub(super) fn left_out(folded: &str) -> Option<&'static str> {
    const PERSONAL: &[&str] = &[
        "ipaddress",
        "ip",
        "email",
        "emailaddress",
        "recipientemail",
        "enduseremail",
        "personemail",
        "firstname",
        "lastname",
        "recipientfirstname",
        "recipientlastname",
        "name",
        "fullname",
        "personname",
        "phone",
        "phonenumber",
        "enduserphonenumber",
        "personphonenumber",
        "locationlatitude",
        "locationlongitude",
        "latitude",
        "longitude",
        "username",
        "useragent",
        "metaipaddress",
    ];
    const TECHNICAL: &[&str] = &[
        "id",
        "no",
        "responseid",
        "respondentid",
        "collectorid",
        "networkid",
        "token",
        "permalink",
        "startdate",
        "enddate",
        "startdateutc",
        "submitdateutc",
        "stagedateutc",
        "recordeddate",
        "datecreated",
        "datemodified",
        "createdat",
        "updatedat",
        "durationinseconds",
        "duration",
        "progress",
        "webhookid",
        "displayid",
        "environmentid",
        "singleuseid",
        "endingid",
        "originurl",
        "metaurl",
        "formbricksidinternal",
        "aresponseid",
        "asurveyid",
    ];
    let address = folded.ends_with("email")
        || folded.contains("mailadres")
        || folded.contains("emailaddress");
    if address || PERSONAL.contains(&folded) {
        Some("personal: not read unless it is named")
    } else if TECHNICAL.contains(&folded) || folded.is_empty() || folded.starts_with("ttc") {
        Some("about the export, not an answer")
    } else if folded.ends_with("npsgroup") || matches!(folded, "npssegment" | "npscategory") {
        Some("computed from the rating")
    } else {
        None
    }
}

/// Parts of names and questions that ask for a recommendation.
pub(super) const RECOMMEND: &[&str] = &[
    "recommend",
    "netpromoter",
    "npsscore",
    "qltr",
    "empfehl",
    "empfiehl",
    "recommand",
    "recomend",
    "anbefal",
    "suositt",
    "suosittel",
    "rekommend",
    "consigli",
    "aanbevel",
];

/// Parts of names and questions that ask for another rating.
pub(super) const RATE: &[&str] = &[
    "rating",
    "satisf",
    "zufrieden",
    "satisfait",
    "tilfreds",
    "tyytyv",
    "howeasy",
    "easytouse",
    "madeiteasy",
    "effort",
    "einfach",
    "stars",
    "csat",
    "howlikely",
    "howwould",
    "rateyour",
    "overallexperience",
];

/// Parts of names and questions that ask for words.
pub(super) const WORDS: &[&str] = &[
    "comment",
    "feedback",
    "reason",
    "why",
    "tellus",
    "improve",
    "better",
    "suggest",
    "anythingelse",
    "verbatim",
    "warum",
    "grund",
    "verbesser",
    "pourquoi",
    "raison",
    "ameliorer",
    "améliorer",
    "porque",
    "porqué",
    "motivo",
    "mejorar",
    "hvorfor",
    "miksi",
    "openended",
];

/// What Google Forms calls its first column, in the languages of the form's owner.
pub(super) const TIMESTAMP: &[&str] = &[
    "timestamp",
    "zeitstempel",
    "horodateur",
    "marcatemporal",
    "informazionicronologiche",
    "tidsstempel",
    "aikaleima",
    "tijdstempel",
    "carimbodedatahora",
    "tidstämpel",
];
