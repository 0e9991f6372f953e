#include "domain/words.h"

#include <waybill/gazetteer.h>

namespace waybill::extraction::rules {
namespace {

using enum Meaning;

struct Row {
    Meaning meaning;
    int value;
    const char* language;  // "": any; "!xx": all of the row only where xx is spoken
    const char* patterns;  // '|' between, '*' for any ending; written with diacritics, compared without
};

// Three and four letter words of a language count only where that language is spoken; the longer ones everywhere, since
// people mix.
constexpr Row rows[] = {
    // --- loading -----------------------------------------------------------------------------------------------------
    {pickup, 0, "en", "pickup*|pick up*|picked up|picking up|collection|collect|collects|collecting|loading|origin|shipping point|shipped from|ready|ready on|ready from|departure|loading place|load place|load date|loading date|loading point|coll|available from"},
    {pickup, 1, "en", "load|loads"},  // 1: weak, it may as well be the goods
    {pickup, 1, "de", "ladung"},
    {pickup, 0, "de", "beladung*|laden|lade*|ladung am|abholung*|abholen|abhol*|abzuholen|verladung*|verladen|beladestelle|ladestelle*|ladeort*|ladetermin*|belade*|absender|versandort|ladedatum"},
    {pickup, 0, "lt", "pakrov*|pakraut*|pasikrau*|pasikrov*|paimt*|paėmim*|krautis|krautų*|krausim*|krauti|kraunas*|kraunam*|krauname|pasiim*|išvykim*|pakr|pasikr"},
    {pickup, 0, "pl", "załadun*|załad|zał|załadow*|podjęci*|odbiór*|odbioru|nadanie|miejsce załadunku|do zabrania|zabrać|podjęcie"},
    {pickup, 0, "no", "henting*|hentes|hente|henter|lasting*|lastes|laste|laster|lastested*|opplasting*|avhent*"},
    {pickup, 0, "lv", "iekrauš*|iekraut*|iekrau*|paņemt*|saņemšan*|kraušana*|kraut*|iekr"},
    {pickup, 0, "et", "laadimi*|laadida|laadime|peale laadi*|pealelaadimi*|pealelaad*|peale võt*|laadimiskoht*|laadimis*"},
    {pickup, 0, "ru", "загруз*|погруз*|забрать|забор|отгруз*|загр|погр"},
    {pickup, 0, "fr", "enlèvement*|chargement*|charger|à charger|départ|ramasse*|enlever|chargt|chgt|à enlever|lieu de chargement"},
    {pickup, 0, "nl", "laden|laad*|ophalen|opladen|afhalen|laadadres|laadplaats|laaddatum|laadt"},
    {pickup, 0, "sv", "lastning*|lastas|lasta|lastar|hämtning*|hämtas|hämta|upphämtning*|upplastning|avhämt*|hämtdag"},
    // --- unloading ---------------------------------------------------------------------------------------------------
    {delivery, 0, "en", "delivery*|deliver|deliver*|unload*|destination|discharge*|drop off|dropoff|offload*|consignee|required at destination|unload place|unload date|unloading place|arrival|drop"},
    {delivery, 0, "de", "entlad*|abladen|ablade*|lieferung*|liefern|anliefer*|auslieferung*|zustellung*|zustellen|empfänger*|zielort*|entladestelle*|lieferort|lieferadresse|liefertermin|löschen"},
    {delivery, 0, "lt", "iškrov*|iškraut*|iškraunam*|išsikrau*|pristatym*|pristat*|pristatyti|iškr|išsikrov*"},
    {delivery, 0, "pl", "rozładun*|rozładow*|rozł|rozład|dostaw*|dostarcz*|wyładun*|doręcz*"},
    {delivery, 0, "no", "levering*|leveres|levere|lossing*|losses|losse|lossested*|avlasting*|ankomst*|levert"},
    {delivery, 0, "lv", "izkrauš*|izkraut*|izkrau*|piegād*|jāpiegādā|izkr"},
    {delivery, 0, "et", "mahalaadimi*|mahalaad*|maha laadi*|tarne*|kohaletoimetam*|kohale toimeta*|mahapanek*"},
    {delivery, 0, "ru", "выгруз*|разгруз*|доставк*|доставит*|выгр"},
    {delivery, 0, "fr", "livraison*|livrer|à livrer|déchargement*|décharger|arrivée|livré|destinataire|livrable"},
    {delivery, 0, "nl", "lossen|los|gelost|aflevering*|leveren|afleveren|levering*|losadres|losplaats|losdatum|lost|bezorg*|losplek"},
    {delivery, 0, "sv", "lossning*|lossas|lossa|leverans*|levereras|leverera|avlastning*|lossar|lossdag"},
    // --- from and to -------------------------------------------------------------------------------------------------
    {from_word, 0, "en", "from|ex|out of|ex works"},
    {from_word, 0, "!de", "von|aus|ab|ex"},
    {from_word, 0, "!lt", "iš|is|nuo"},
    {from_word, 0, "!pl", "z|ze|od|ex"},
    {from_word, 0, "!no", "fra|ex"},
    {from_word, 0, "!lv", "no"},
    {from_word, 0, "!ru", "из|с|со|от"},
    {from_word, 0, "!fr", "de|du|depuis|au départ de|départ"},
    {from_word, 0, "!nl", "van|vanuit|vanaf|uit|ex"},
    {from_word, 0, "!sv", "från|ex"},
    {to_word, 0, "en", "to|into|bound for|destined for"},
    {to_word, 0, "!de", "nach|bis nach|richtung"},
    {to_word, 0, "!lt", "į|i|link"},
    {to_word, 0, "!pl", "do|na"},
    {to_word, 0, "!no", "til|mot"},
    {to_word, 0, "!lv", "uz"},
    {to_word, 0, "!ru", "на|до"},
    {to_word, 0, "!fr", "à destination de|jusqu à|vers|pour"},
    {to_word, 0, "!nl", "naar"},
    {to_word, 0, "!sv", "till|mot"},
    {in_word, 0, "!en", "in|at|town of|the"},
    {in_word, 0, "!de", "in|im|bei der|zu"},
    {in_word, 0, "!pl", "w|we|u"},
    {in_word, 0, "!no", "i|på"},
    {in_word, 0, "!ru", "в|во|г"},
    {in_word, 0, "!fr", "à|a|en|au"},
    {in_word, 0, "!nl", "in|te"},
    {in_word, 0, "!sv", "i|på"},
    {near, 0, "en", "near|close to|outside|around|vicinity of|next to"},
    {near, 0, "de", "bei|nahe|nähe|in der nähe von"},
    {near, 0, "lt", "prie|netoli|šalia"},
    {near, 0, "pl", "koło|k|okolice|okolicy|pod|blisko"},
    {near, 0, "no", "nær|ved|utenfor|like ved"},
    {near, 0, "lv", "pie|netālu no|blakus"},
    {near, 0, "et", "lähedal|lähedale|lähedalt|juures"},
    {near, 0, "ru", "под|возле|рядом с|около|недалеко от"},
    {near, 0, "fr", "près de|proche de|à côté de|environs de"},
    {near, 0, "nl", "bij|nabij|vlakbij|in de buurt van|omgeving"},
    {near, 0, "sv", "nära|utanför|intill|vid"},
    {region, 0, "", "raum|region*|area|rajon*|okolice|regione|regionen|gebiet|großraum|piirkon*|omgeving|trakten|området|apylink*|район*|secteur|umgebung|zona|somewhere|kažkur|gdzieś|irgendwo"},
    {negation, 0, "en", "not|no|without|don t|do not|non|never|isn t"},
    {negation, 0, "de", "nicht|kein*|ohne|statt|anstatt"},
    {negation, 0, "lt", "ne|nėra|be|nereik*|ne į|vietoj"},
    {negation, 0, "pl", "nie|bez|zamiast|odpada"},
    {negation, 0, "no", "ikke|ingen|uten|ikkje|istedenfor"},
    {negation, 0, "lv", "nav|ne|bez|nevajag"},
    {negation, 0, "et", "ei|mitte|ilma|pole|ära"},
    {negation, 0, "ru", "не|нет|без|вместо"},
    {negation, 0, "fr", "pas|sans|non|aucun*|ne|n"},
    {negation, 0, "nl", "niet|geen|zonder"},
    {negation, 0, "sv", "inte|ej|ingen|utan|inget|icke"},
    {either, 0, "", "or|oder|arba|lub|albo|eller|vai|või|или|либо|ou|of|bzw|resp|respektive|ar"},
    {also, 0, "", "and|und|ir|oraz|og|un|ja|et|en|och|plus"},
    {also, 0, "!pl", "i"},
    {also, 0, "!ru", "и"},
    // --- calendar ----------------------------------------------------------------------------------------------------
    {today, 0, "", "today|heute|šiandien|dzisiaj|dziś|i dag|idag|šodien|täna|сегодня|aujourd hui|vandaag|ce jour"},
    {tomorrow, 0, "", "tomorrow|tmrw|tmr|rytoj|rytdien*|rytoj|jutro|jutrzejsz*|i morgen|rīt|rītdien*|homme|homne|homse|homsek*|завтра|завтрашн*|demain|morgenochtend|morgenvroeg|morgenmiddag|morgenavond|i morgon|imorgon|imorgen|morgen früh|morgen vormittag|morgen nachmittag|morgen mittag|ab morgen|für morgen|rytdienos"},
    {tomorrow, 0, "!de", "morgen"},
    {tomorrow, 0, "!nl", "morgen"},
    {after_tomorrow, 0, "", "day after tomorrow|the day after tomorrow|übermorgen|poryt|pojutrze|i overmorgen|overmorgen|parīt|ülehomme|послезавтра|après demain|i övermorgon|iövermorgon|övermorgon"},
    {weekday, 1, "", "monday*|mondays|montag*|pirmadien*|poniedział*|mandag*|pirmdien*|esmaspäev*|понедельник*|lundi|maandag*|måndag*"},
    {weekday, 2, "", "tuesday*|dienstag*|antradien*|wtorek|wtorku|tirsdag*|otrdien*|teisipäev*|вторник*|mardi|dinsdag*|tisdag*"},
    {weekday, 3, "", "wednesday*|mittwoch*|trečiadien*|środa|środę|środy|onsdag*|trešdien*|kolmapäev*|среда|среду|среды|mercredi|woensdag*"},
    {weekday, 4, "", "thursday*|donnerstag*|ketvirtadien*|czwartek|czwartku|torsdag*|ceturtdien*|neljapäev*|четверг*|jeudi|donderdag*"},
    {weekday, 5, "", "friday*|freitag*|penktadien*|piątek|piątku|fredag*|piektdien*|reede|reedel|reedeks|reedest|reedese|пятниц*|vendredi|vrijdag*"},
    {weekday, 6, "", "saturday*|samstag*|sonnabend*|šeštadien*|sobota|sobotę|soboty|lørdag*|sestdien*|laupäev*|суббот*|samedi|zaterdag*|lördag*"},
    {weekday, 7, "", "sunday*|sonntag*|sekmadien*|niedziela|niedzielę|niedzieli|søndag*|svētdien*|pühapäev*|воскресень*|dimanche|zondag*|söndag*"},
    {weekday_short, 1, "!en", "mon"},
    {weekday_short, 2, "!en", "tue|tues"},
    {weekday_short, 3, "!en", "wed"},
    {weekday_short, 4, "!en", "thu|thur|thurs"},
    {weekday_short, 5, "!en", "fri"},
    {weekday_short, 6, "!en", "sat"},
    {weekday_short, 7, "!en", "sun"},
    {weekday_short, 1, "!de", "mo"},
    {weekday_short, 2, "!de", "di"},
    {weekday_short, 3, "!de", "mi"},
    {weekday_short, 4, "!de", "do"},
    {weekday_short, 5, "!de", "fr"},
    {weekday_short, 6, "!de", "sa"},
    {weekday_short, 7, "!de", "so"},
    {weekday_short, 1, "!lt", "pirm"},
    {weekday_short, 2, "!lt", "antr"},
    {weekday_short, 3, "!lt", "treč"},
    {weekday_short, 4, "!lt", "ketv"},
    {weekday_short, 5, "!lt", "penkt"},
    {weekday_short, 6, "!lt", "šešt"},
    {weekday_short, 7, "!lt", "sekm"},
    {weekday_short, 1, "!pl", "pon|pn"},
    {weekday_short, 2, "!pl", "wt|wto"},
    {weekday_short, 3, "!pl", "śr"},
    {weekday_short, 4, "!pl", "czw|cz"},
    {weekday_short, 5, "!pl", "pt|pią"},
    {weekday_short, 6, "!pl", "sob|sb"},
    {weekday_short, 7, "!pl", "nd|ndz|niedz"},
    {weekday_short, 1, "!no", "man"},
    {weekday_short, 2, "!no", "tir|tirs"},
    {weekday_short, 3, "!no", "ons"},
    {weekday_short, 4, "!no", "tor|tors"},
    {weekday_short, 5, "!no", "fre"},
    {weekday_short, 6, "!no", "lør"},
    {weekday_short, 7, "!no", "søn"},
    {weekday_short, 1, "!lv", "pirmd"},
    {weekday_short, 2, "!lv", "otrd"},
    {weekday_short, 3, "!lv", "trešd"},
    {weekday_short, 4, "!lv", "ceturtd"},
    {weekday_short, 5, "!lv", "piektd"},
    {weekday_short, 6, "!lv", "sestd"},
    {weekday_short, 7, "!lv", "svētd"},
    {weekday_short, 1, "!et", "esm"},
    {weekday_short, 2, "!et", "teis"},
    {weekday_short, 3, "!et", "kolm"},
    {weekday_short, 4, "!et", "nelj"},
    {weekday_short, 5, "!et", "ree"},
    {weekday_short, 6, "!et", "laup"},
    {weekday_short, 7, "!et", "püh"},
    {weekday_short, 1, "!ru", "пн"},
    {weekday_short, 2, "!ru", "вт"},
    {weekday_short, 3, "!ru", "ср"},
    {weekday_short, 4, "!ru", "чт"},
    {weekday_short, 5, "!ru", "пт"},
    {weekday_short, 6, "!ru", "сб"},
    {weekday_short, 7, "!ru", "вс"},
    {weekday_short, 1, "!fr", "lun"},
    {weekday_short, 2, "!fr", "mar"},
    {weekday_short, 3, "!fr", "mer"},
    {weekday_short, 4, "!fr", "jeu"},
    {weekday_short, 5, "!fr", "ven"},
    {weekday_short, 6, "!fr", "sam"},
    {weekday_short, 7, "!fr", "dim"},
    {weekday_short, 1, "!nl", "ma"},
    {weekday_short, 2, "!nl", "di"},
    {weekday_short, 3, "!nl", "wo"},
    {weekday_short, 4, "!nl", "do"},
    {weekday_short, 5, "!nl", "vr|vrij"},
    {weekday_short, 6, "!nl", "za"},
    {weekday_short, 7, "!nl", "zo"},
    {weekday_short, 1, "!sv", "mån"},
    {weekday_short, 2, "!sv", "tis"},
    {weekday_short, 3, "!sv", "ons"},
    {weekday_short, 4, "!sv", "tor|tors"},
    {weekday_short, 5, "!sv", "fre"},
    {weekday_short, 6, "!sv", "lör"},
    {weekday_short, 7, "!sv", "sön"},
    {month, 1, "", "jan|january|januar*|styczni*|sausio|sausis|sausį|janvār*|jaanuar*|январ*|janv|janvier"},
    {month, 2, "", "feb|febr|february|februar*|lutego|luty|vasario|vasaris|februār*|veebruar*|феврал*|févr|février"},
    {month, 3, "", "mar|march|märz|mrz|marca|marzec|kovo|kovas|mars|mart*|märts*|март*|maart"},
    {month, 4, "", "apr|april*|kwietni*|kwiecień|balandžio|balandis|aprīl*|aprill*|апрел*|avril|avr"},
    {month, 5, "", "may|mai|maja|gegužės|gegužė|maj|maij*|мая|май|mei"},
    {month, 6, "", "jun|june|juni|czerwca|czerwiec|birželio|birželis|jūnij*|juuni*|июн*|juin"},
    {month, 7, "", "jul|july|juli|lipca|lipiec|liepos|liepa|jūlij*|juuli*|июл*|juil|juillet"},
    {month, 8, "", "aug|august*|sierpnia|sierpień|rugpjūčio|rugpjūtis|август*|août|augustus|augusti"},
    {month, 9, "", "sep|sept|september*|września|wrzesień|rugsėjo|rugsėjis|septembr*|septemb*|сентябр*|septembre"},
    {month, 10, "", "oct|okt|october|oktober*|października|październik|paź|spalio|spalis|spalį|oktobr*|oktoob*|октябр*|octobre"},
    {month, 11, "", "nov|november*|listopada|listopad|lapkričio|lapkritis|lapkritį|novembr*|novemb*|ноябр*|novembre"},
    {month, 12, "", "dec|dez|des|december*|dezember*|desember*|grudnia|grudzień|gruodžio|gruodis|gruodį|decembr*|detsemb*|декабр*|décembre|déc"},
    {same_day, 0, "", "same day|the same day|am selben tag|am gleichen tag|selber tag|selbentags|tą pačią dieną|tos pačios dienos|tego samego dnia|w ten sam dzień|ten sam dzień|w tym samym dniu|ta pati diena|samme dag|tajā pašā dienā|tai pašā dienā|samal päeval|samal päeva*|в тот же день|в этот же день|le même jour|même jour|dezelfde dag|zelfde dag|samma dag"},
    {next_day, 0, "", "next day|the next day|following day|the following day|day after|am nächsten tag|am folgetag|tags darauf|am tag darauf|kitą dieną|sekančią dieną|następnego dnia|dzień później|neste dag|dagen etter|påfølgende dag|nākamajā dienā|nākošajā dienā|järgmisel päeval|на следующий день|le lendemain|lendemain|volgende dag|de dag erna|de dag daarna|dagen efter|nästa dag|dagen därpå|påföljande dag"},
    {next, 0, "", "next|nächste*|nächsten|kommenden|kitą|kito|sekantį|przyszły|przyszłą|następny|neste|nākam*|järgmi*|следующ*|prochain*|volgende|aanstaande|nästa|komande|kommande"},
    {vague_day, 1, "", "next week|nächste woche|nächster woche|kommende woche|kitą savaitę|kitos savaitės|w przyszłym tygodniu|przyszły tydzień|neste uke|nākamnedēļ|nākamajā nedēļā|järgmisel nädalal|на следующей неделе|la semaine prochaine|semaine prochaine|volgende week|nästa vecka"},
    {vague_day, 0, "", "this week|diese woche|kw|calendar week|kalenderwoche|šią savaitę|šios savaitės|w tym tygodniu|denna uka|denne uken|uke|šonedēļ|sel nädalal|nädal|nädalal|на этой неделе|cette semaine|semaine|deze week|denna vecka|vecka|week|asap|as soon as possible|artimiausiu metu|in the coming days|in den nächsten tagen|w najbliższych dniach|any day|flexible|bet kada|når som helst"},
    {day_unit, 0, "!lt", "d|dieną|dienos"},
    // --- clock -------------------------------------------------------------------------------------------------------
    {clock, 0, "", "kl|klo|klokken|klockan|kell|kella|godz|godzinie|plkst|um|at|o godz|w godz|o godzinie|val|vormittags"},
    {clock, 0, "!pl", "o"},
    {clock, 0, "!fr", "à|a"},
    {clock, 0, "!nl", "om"},
    {clock, 0, "!ru", "в|к"},
    {hour, 0, "", "uhr|h|hrs|hours|uur|u|val|valandą|valandos|час|часов|часа|ч|heures|heure|hod|godz|o clock|am|a m|утра|ryto"},
    {pm, 0, "", "pm|p m|вечера|дня|vakaro"},
    {by, 0, "en", "by|until|till|til|before|no later than|not later than|latest by|latest|at the latest|up to|due by|due"},
    {by, 0, "de", "bis|vor|spätestens|bis spätestens|nicht später als|bis um|bis zum"},
    {by, 0, "lt", "iki|ne vėliau kaip|ne vėliau|ne vėliau nei|prieš|vėliausiai"},
    {by, 0, "pl", "do|przed|najpóźniej|nie później niż|najpóźniej do"},
    {by, 0, "no", "innen|senest|før|senest innen|ikke senere enn|frem til"},
    {by, 0, "lv", "līdz|ne vēlāk kā|pirms|vēlākais|ne vēlāk"},
    {by, 0, "et", "kuni|hiljemalt|enne|mitte hiljem kui"},
    {by, 0, "ru", "до|к|не позднее|не позже"},
    {by, 0, "fr", "avant|jusqu à|jusque|au plus tard|au plus tard à|pour le"},
    {by, 0, "nl", "voor|vóór|uiterlijk|tot|uiterlijk om|niet later dan"},
    {by, 0, "sv", "senast|före|innan|inte senare än|fram till|senast kl"},
    {latest, 0, "", "latest|spätestens|at the latest|vėliausiai|najpóźniej|senest|vēlākais|hiljemalt|au plus tard|uiterlijk|senast"},
    {since, 0, "en", "from|after|as of|not before|earliest|starting"},
    {since, 0, "de", "ab|nach|frühestens|von|nicht vor"},
    {since, 0, "lt", "nuo|po|ne anksčiau kaip"},
    {since, 0, "pl", "od|po|nie wcześniej niż|najwcześniej"},
    {since, 0, "no", "fra|etter|tidligst|fra kl"},
    {since, 0, "lv", "no|pēc|sākot no"},
    {since, 0, "et", "alates|pärast|peale"},
    {since, 0, "ru", "с|со|после|от"},
    {since, 0, "fr", "après|à partir de|dès|de|à compter de|à partir du"},
    {since, 0, "nl", "vanaf|na|van"},
    {since, 0, "sv", "från|efter|tidigast|från kl"},
    {between, 0, "", "between|zwischen|zw|tarp|między|pomiędzy|mellom|starp|vahemikus|ajavahemikus|между|entre|tussen|mellan"},
    {to_range, 0, "", "to|until|till|bis|und|and|iki|do|til|og|līdz|un|kuni|ja|до|и|à|et|tot|en|och|ir|au|a|t m|through"},
    {noon, 0, "", "noon|midday|mittag|mittags|południem|południe|południa|formiddagen|middag|midi|pusdienlaika|pusdienām|lõunat|lõunani|обеда|полудня|pietų|pietus|lunch|kl 12 middag|dienas vidum"},
    // --- quantities --------------------------------------------------------------------------------------------------
    {tonne, 0, "", "t|to|ton|tons|tonne|tonnes|tonnen|tonos|tonų|tona|tonas|tony|tonn|tonni|tonna|tonnu|tonnas|т|тн|тонн|тонны|тонна|mt|tn|tonner|tons metric|tonų"},
    {kilogram, 0, "", "kg|kgs|kilo|kilos|kilogram*|kilogramm*|кг|килограмм*|kilogramų|kilogr"},
    {pound, 0, "", "lb|lbs|pound|pounds"},
    {gross, 0, "", "gross|brutto|brut|bruto|брутто|bto|btto|gw|grwt"},
    {net, 0, "", "net|netto|neto|нетто|nw|tare|tara|nett"},
    {per_piece, 0, "", "po|of|à|je|a|på|pa|по|each|per|kiekvien*|per pallet|per pal|je palette|per pall|par palette|per stuk|zu|igaüks|kumbki|katrs|katra|itin|stück à|st à|каждый|каждая|apiece|every|każda|każdy|waży|of about|of around|van|chacune|elk|vardera|hver|a ca|à env"},
    {pallet, 0, "", "pallet*|palett*|palet*|palle|paller|pall|pallar|pal|pals|pll|plt|plts|padėkl*|palečių|паллет*|палет*|поддон*|europal*|europallet*|europaller|eur pal*|europadėkl*|европал*|европод*|euroalus*|alus|alust|aluseid|kaubaalus*|blokpallet*|epal|fp|ep|lavor|pallplats*|pallets euro|paleč*|paliet*|palet|eup|europ|euroalust|helpall*|einwegpalett*|industripall*|plėvel*padėkl*"},
    {piece, 0, "", "vnt|stk|st|szt|sztuk*|шт|gab|tk|pcs|pieces|stück|stuks|pièces|x|euro|eur|epal|chep|standard|iso|std|full|stacked|vienetų|block|blok|wooden|industrial|plastic|plastik*|hele|hel|düsseldorf*|industrie|europos|mediniai|medini*|drewnian*|europeiska|europees*|gemengde|mixed|mišr*|большие|euro type|eur1"},
    {metres, 0, "", "ldm|lm|flm|ldms|ldmt|lademeter*|lademetern|lastemeter*|loading met*|linear met*|laadmeter*|laadimismeet*|flakmeter|flakmeters|mètres de plancher|mètre de plancher|m de plancher|m plancher|mpl|mp|mètres linéaires|metrów ładunkowych|m ładunkowych|krovimo metr*|kr m|iekraušanas metr*|iekr metri|погрузочных метр*|пог м|лдм|lineāri* metr*|lineaarmeet*|lastmeter*|metry ładunkowe|metra ładunkowego|м пола|lnm|lf m|lfm|lfdm|krautų metr*|lademtr"},
    {metres, 0, "!fr", "ml"},
    {metres, 0, "!pl", "mb"},
    {metre, 0, "", "m|meter|metrai|metr|metrů|мет|м|mètres|mètre|metres|metr|metri|meetrit"},
    {total, 0, "", "total|totally|in total|altogether|insgesamt|gesamt*|zusammen|iš viso|viso|bendras|razem|łącznie|totalt|samlet|kopā|kopējais|kokku|всего|итого|общий|au total|totaal|samtidigt|sammanlagt|suma|combined|summa"},
    {stacked, 0, "", "stackable|stapelbar|double stacked|double deck|doppelstock*|stacked 2|2 fach|2fach|stabdomi|stabeltbare|stapelbaar|gerbable*|piętrowalne|piętrować|stablejami|dubbelstapl*|штабелир*|stapelbara|krauttavi|kraunami vienas ant kito|sukraunami|stablbar*|stablbare"},
    // --- temperature -------------------------------------------------------------------------------------------------
    {degree, 0, "", "c|celsius|°|°c|grad|grade|grader|graden|degrees|degree|deg|stopni*|st c|st|kraadi|kraad|grādi|grādu|grādiem|laipsn*|градус*|degrés|degré"},
    {temperature, 0, "", "temp|temperatur*|température*|temperatūr*|temperatuur*|температур*|t°|koel*|kühl*|gekühlt|cooled|chilled|frozen|kylt|kjølt|kjøl|frys*|frossen|fryst|tiefgekühlt|tk|réfrigéré|frigo|frigorifique|schłodz*|mroż*|atšald*|šald*|atdzes*|saldēt*|jahutat*|külmutat*|замороз*|охлажд*"},
    {minus, 0, "", "minus|минус|mīnus|miinus|moins"},
    {plus, 0, "", "plus|pluss|плюс|pliusas|plius"},
    {colder, 0, "", "or colder|or below|or lower|max|maximum|oder kälter|und kälter|nicht wärmer|ne šilčiau|ne aukštesn*|ne aukščiau|maks*|nie cieplej|nie wyższ*|lub mniej|lub niżej|eller kaldere|ikke varmere|ne siltāk|ne augstāk|ei soojem|mitte soojem|не выше|не теплее|или ниже|ou plus froid|maximaal|of kouder|eller kallare|högst|inte varmare|not warmer|not above|at most|below|and below|eller lavere|unter|або|max temp|žemiau|bei max"},
    {warmer, 0, "", "or warmer|at least|not below|not under|not colder|mindestens|nicht unter|nicht kälter|ne šalčiau|ne žemesn*|ne žemiau|co najmniej|nie niż*|minst|ikke kaldere|ne aukstāk|ei külmem|vähemalt|не ниже|не холоднее|au moins|minimaal|minimum|lägst|inte kallare|above"},
    // --- vehicle -----------------------------------------------------------------------------------------------------
    {equipment, 0, "", "tautliner*|curtain sider*|curtainsider*|curtain side|curtainside*|curtain|tilt|tilts|tent trailer|plane|planen*|planenauflieger|schiebeplane*|gardine*|kapell*|tentas|tento|tentą|tentu|tentin*|tents|tenta|tenti|užuolaid*|firan*|plandek*|kurtyn*|gardintrailer*|gardin*|kapelltrailer|kardinhaagis*|kardin*|tenthaagis*|tenthaagi*|тент*|шторн*|штора|bâch*|tautlin*|rideaux coulissants|plsc|schuifzeil*|schuifzeilen|huif*|zeilen trailer|zeil|gardintrailer|kapellbil|kapelltrailer|naczepa plandekowa|presenning*|tende|aizkaru*|tentveok*|eurotilt|euroliner|edscha|gardinbil|gardinhenger"},
    {equipment, 1, "", "reefer*|refrigerated|refrigerator|fridge|frigo|frigorifique|kühler|kühlfahrzeug|kühlauflieger|kühlwagen|kühl lkw|kühlkoffer*|kühltransport|kühlzug|kühlsattel|frigotrailer|chłodni*|chłodnia|mroźnia|šaldytuv*|refrižerator*|refas|kjølebil|kjøl|kjølehenger|kjøletrailer|frysebil|kjøle*|frysetrailer|termobil|refrigerator*|refriģerator*|refrižeratoru|ledusskapi*|külmik*|külmutus*|külmhaagis*|külmauto*|реф|рефр|рефа|рефрижератор*|холодильник*|koelwagen*|koeltrailer*|koelauto|koeler|koeltransport|koel vries|vrieswagen|kylbil|kyltrailer*|kyl|kylvagn|frysbil|frystrailer|camion frigo|semi frigo|température dirigée|temp control|temperature controlled"},
    {equipment, 2, "", "box trailer*|box van*|box lorry|box truck*|box body|closed box|dry box|koffer*|kofferauflieger|kastenwagen|skapbil*|skap|skaphenger|skåpbil|skåp|skåpsläp|bokseilter|kontener zamknięty|skrzynia zamknięta|izoterm*|furgon*|furgonas|kravas furgon*|furgoonauto|furgoon*|фургон*|изотерм*|fourgon caisse|caisse fermée|caisse|bakwagen|gesloten bak|kastenauflieger|kofferaufbau|dėžė|kietašon*|cietsien*|kõvasein*|cельнометаллический|kasttrailer|bakvagn|kofertrailer|fermée rigide|gesloten trailer|box"},
    {equipment, 3, "", "flatbed*|flat bed*|open trailer|platform trailer|pritsche*|pritschen*|offener auflieger|platform*|platforma|platformas|platforminė|atvira platforma|platta|plan trailer|plattform*|åpen henger|åpen trailer|öppen trailer|maxitrailer|open bak|platte trailer|dieplader*|plateau|semi plateau|plateaux|low loader|lowbed|lowloader|tieflader|avoin|atvirā|платформа|площадк*|борт*|бортов*|atvira|platvorm*|madel*|krantrailer|flakbil|flak|otwart*|platformę"},
    {equipment, 4, "", "mega|megatrailer*|megaauflieger|mega trailer|megas|mega tentas|lowliner|volumen*|мега|megahaagis*|megos"},
    {equipment, 5, "", "tanker*|tank trailer|tank truck|road tanker|tankwagen|tankauflieger|tankzug|silo*|cystern*|cistern*|tankbil*|tankvogn|tanktrailer*|paakauto*|tsisterni*|tsistern|цистерн*|автоцистерн*|citerne|camion citerne|tankauto|tankvrachtwagen|tankcontainer|silowagen|autocistern*|cisterna|kaisla"},
    {equipment, 6, "", "container|containers|containerchassis|kontener|kontenera|kontener 40|konteiner*|konteineris|konteinerį|контейнер*|conteneur*|40ft|20ft|40 ft|20 ft|40hc|40dv|45ft|container chassis|containerbil|kontainer*|konteinervedu|conteneur|zeecontainer|seecontainer"},
    {equipment, 7, "en", "sprinter*|panel van|minivan|luton|small van|transit van|a van|express van|courier van|one van|1 van"},
    {equipment, 7, "!en", "van"},
    {equipment, 7, "!pl", "bus|busa|busem|busik"},
    {equipment, 7, "", "transporter|kleintransporter|sprinter|mikroautobus*|busik*|busiuk*|busas|autobusiuk*|kastevogn|varebil*|varevogn|kaubik*|kaubikut|busiņ*|busiņš|микроавтобус*|газель|бусик|camionnette|fourgonnette|bestelwagen*|bestelbus*|bestelauto|lätt lastbil|transportbil|paketbil|blaszak*|dostawcz*|utilitaire|krovininis mikroautobusas"},
    {truck, 0, "", "truck|trucks|lorry|lorries|vehicle|vehicles|trailer|trailers|artic|artics|rigs|lkw|lkws|sattel*|sattelzug|auflieger|fahrzeug*|züge|zug|auto|autot|autos|automobil*|automašīn*|mašin*|mašīn*|vilkik*|sunkvežim*|priekab*|puspriekab*|transport|transportas|transporto priemon*|ciężarów*|auta|aut|samoch*|naczep*|zestaw*|bil|bilen|biler|bilar|lastebil*|lastbil*|vogntog|semi|semitrailer|henger|vogn|vogner|hänger|släp|ekipage|veok*|veoauto*|auto|haagis*|авто|машин*|фур*|фура|фуры|полуприцеп*|camion*|véhicule*|ensemble|ensembles|porteur*|semi*|remorque*|vrachtwagen*|wagen|wagens|combi|combinatie|oplegger*|trekker*|kravas auto*|treileri*|treiler*|furas|reiss"},
    {per_vehicle, 0, "", "each|per truck|per vehicle|per trailer|per lorry|je fahrzeug|je lkw|je auto|je sattel|pro lkw|pro fahrzeug|jeweils|pro auto|kiekvien*|kiekvienam*|už auto|už mašiną|po vieną|na auto|każde|każdy|za auto|per bil|pr bil|hver|hver bil|per vogn|katrs|katra|katrā|katrai|par auto|kumbki|igaüks|igas|iga auto|каждая|каждый|каждую|за машину|par camion|chacun|chaque|par véhicule|per auto|per wagen|elk|elke|per stuk|varje|vardera|per ekipage|itin"},
    {number, 1, "", "one|single|ein|eine|einen|vienas|vieną|viena|vieno|jeden|jedna|jedno|jedną|en|ett|viens|vienu|üks|ühe|один|одна|одну|одно|un|une|één|et|single"},
    {number, 2, "", "two|zwei|du|dvi|dviem|dviejų|dwa|dwie|dwóch|två|divas|divi|divām|kaks|kahte|kahe|два|две|двух|deux|twee|both|beide|both"},
    {number, 3, "", "three|drei|trys|tris|trijų|trzy|trzech|tre|trīs|kolm|kolme|три|трех|trois|drie|three"},
    {number, 4, "", "four|vier|keturi*|keturis|cztery|czterech|fire|fyra|četras|četri|neli|nelja|четыре|quatre|four"},
    {number, 5, "", "five|fünf|penki*|pięć|fem|piecas|pieci|viis|пять|cinq|vijf"},
    // --- kind of message ---------------------------------------------------------------------------------------------
    {cancelled, 0, "", "cancel|cancels|cancelled|canceled|cancelling|cancellation|called off|no longer need*|not needed anymore|no longer required|withdrawn|fell through|storn*|stornier*|abgesagt|absagen|absage|entfällt|fällt aus|hat sich erledigt|nicht mehr benötigt|atšauk*|atšaukt*|atšauk*|neberei*|nebeaktual*|nebevežam*|anuliuo*|odwoł*|anulow*|anuluj*|rezygn*|nieaktualn*|już nie potrzeb*|avlys*|kanseller*|avbestil*|utgår|avbestill*|ikke lenger aktuel*|trenger ikke lenger|atcel*|atsauk*|vairs nav vajadz*|vairs nevajag|anulē*|tühist*|jääb ära|ära jää*|ei ole enam vaja|pole enam vaja|отмен*|отказ*|больше не нужн*|не актуал*|неактуал*|аннулир*|annul*|annulation|n est plus d actualité|plus besoin|geannuleerd|annuleren|annulering|gaat niet door|vervalt|niet meer nodig|avbok*|inställ*|avbeställ*|ställs in|behövs inte längre|behöver inte längre|utgår"},
    {instead, 0, "", "instead|rather|stattdessen|dafür|vietoj to|zamiast|w zamian|i stedet|isteden|tā vietā|selle asemel|вместо|à la place|en remplacement|in plaats daarvan|i stället|istället|replacement|new load|neue ladung|naujas krov*|nowy ładunek|ny last|jauna krava|uus koorem|новый груз|nieuwe lading"},
    {truck_free, 0, "", "lkw frei|lkw leer|fahrzeug frei|freier lkw|freie lkw|freies fahrzeug|freie kapazität*|leerer lkw|haben frei|steht leer|wird leer|leer ab|empty truck*|empty trailer*|free truck*|free trailer*|free capacity|spare capacity|truck available|trucks available|truck empty|vehicle available|available truck*|empty in|empty from|empties in|laisv* mašin*|laisv* auto*|laisv* vilkik*|laisv* tent*|laisv* transport*|turim laisv*|turime laisv*|turiu laisv*|tušči* mašin*|tušči* auto*|tušči* vilkik*|atsilaisvina|wolne auto|wolny samochód|wolna naczepa|wolne samochod*|wolny zestaw|wolna chłodnia|wolna firanka|wolna plandeka|puste auto|mam wolne|mamy wolne|auto wolne|ledig bil|ledig trailer|ledig kapasitet|ledige biler|ledig lastebil|tom bil|bil ledig|brīv* mašīn*|brīv* auto*|brīvs auto*|tukša mašīna|vaba auto|vabad autod|vaba veok*|vaba haagis*|auto vaba|tühi auto|vaba kaubik|свободн* машин*|свободн* авто*|свободен тент|свободна машина|машина свободна|свободный реф|свободный тент|пустая машина|есть машина|camion disponible|camions disponibles|camion dispo|camion vide|véhicule disponible|camion libre|dispo camion|vrije wagen|vrije vrachtwagen|lege wagen|lege vrachtwagen|leeg in|vrij in|wagen beschikbaar|auto vrij|auto leeg|ledig lastbil|tom lastbil|ledigt ekipage|ledig kyl*|ledig kapell*|bil tom|ledig från|ledig fra"},
    {wants_freight, 0, "", "looking for load*|looking for a load|looking for freight|looking for cargo|looking for a return load|looking for return load|need a load|need a return load|any loads|offer us loads|what do you have|any cargo|suche ladung|suchen ladung|suche fracht|suchen fracht|suche rückladung|suchen rückladung|rückladung gesucht|ladung gesucht|fracht gesucht|suchen noch ladung|bitte alles anbieten|alles anbieten|ladungsangebote|ieškau krovin*|ieškom krovin*|ieškome krovin*|reikia krovinio|siūlykit krovin*|siūlykite krovin*|laukiu pasiūlym*|ieškome atgalinio|szukam ładun*|szukamy ładun*|szukam frachtu|szukamy frachtu|poszukuję ładun*|szukam powrotu|jakiś ładunek|søker last|ser etter last|trenger last|ønsker last|ønsker returlast|returlast ønskes|meklēju kravu|meklējam kravu|meklējam kravas|vajag kravu|vajadzīga krava|otsin koormat|otsime koormat|otsin kaupa|otsime kaupa|vajan koormat|ищу груз|ищем груз|ищу загрузку|ищем загрузку|нужен груз|нужна загрузка|жду предложений|cherche fret|cherchons fret|recherche fret|recherchons fret|cherche chargement|cherche du fret|zoek lading|zoeken lading|zoek vracht|zoeken vracht|zoekt lading|zoekt vracht|retourvracht gezocht|lading gezocht|söker last|söker frakt|söker gods|söker returlast|letar last|behöver last"},
    {reminder, 0, "", "reminder|overdue|unpaid|outstanding|past due|mahnung|zahlungserinnerung|überfällig*|offene rechnung*|zahlungseingang|primen*|primenam*|vėluoja*|neapmokėt*|pradelst*|skol*|przypomin*|niezapłacon*|zaległ*|wezwanie do zapłaty|nieopłacon*|purring|forfalt|ubetalt|betalingspåminnelse|atgādin*|neapmaksāt*|kavēt*|parād*|meeldetule*|tasumata|võlg*|maksmata|напомин*|просроч*|неоплачен*|задолжен*|relance|rappel|impayé*|en retard de paiement|échue*|herinnering|openstaande|achterstallig|aanmaning|onbetaalde|påminnelse|obetald*|förfallen|betalningspåminnelse"},
    {invoice, 0, "", "invoice*|rechnung*|sąskait*|faktur*|rēķin*|arve|arvet|arved|счет*|счёт*|facture*|factuur|facturen|payment|zahlung|mokėjim*|apmokėjim*|płatn*|betaling|maksājum*|makse|оплат*|paiement|betalning*"},
    {spam, 0, "", "unsubscribe*|seo|page 1 of google|google ranking|website ranking|more leads|leads|free audit|newsletter*|webinar*|click here|limited offer|special offer|free trial|software demo|book a demo|crypto|bitcoin|casino|lottery|abmelden|jetzt anmelden|gratis testen|rabattcode|abbestellen|atsisakyti prenumeratos|prenumerat*|wypisz się|promocj*|meld deg av|nyhetsbrev|afmelden|nieuwsbrief|se désabonner|désinscri*|désabonn*|avregistrera|avprenumerera|отписаться|рассылк*|подписк*|loobu tellimusest|atrakstīties|growth ninja|marketing campaign|our app|onze app|discount|% off|rabatt|nuolaid*|atlaid*|скидк*|promo*|leasing offer|fuel card*|tankkarte*|degalų kortel*|job offer|we are hiring|dirbti vairuotoj*|vacanc*|insurance offer|loan offer|investment"},
    {attack, 0, "", "ignore previous|ignore all previous|ignore all|ignore the above|ignore any|ignore your|disregard previous|disregard all|disregard the|system note|system prompt|system message|ai assistant*|note for ai|assistant ignore|ignoriere alle|ignoriere die|ignorieren sie|vergiss alle|vorherigen anweisungen|bisherigen anweisungen|systemhinweis|systemanweisung|ignoruok*|ignoruoti|pamiršk visas|pamiršk ankst*|ankstesnes instrukcijas|ignoruj*|zignoruj*|poprzednie instrukcje|poprzednich instrukcji|ignorer alle|ignorer tidligere|tidligere instruks*|ignorē visas|ignorē iepriekš*|iepriekšēj* instrukcij*|ignoreeri*|eelmised juhised|eelnevaid juhiseid|eelnevad juhised|игнорируй*|игнорировать*|предыдущие инструкции|предыдущих инструкций|ignore toutes|ignorez|oublie toutes|oubliez toutes|instructions précédentes|negeer*|vorige instructies|eerdere instructies|bovenstaande instructies|ignorera alla|ignorera tidigare|tidigare instruktion*|you are now|you are an|tu esi|du bist jetzt|jesteś teraz|language model|llm|chatgpt|jailbreak|developer mode|do not ask a human|without human review"},
    {closed, 0, "", "out of office|auto reply|automatic reply|autoreply|abwesenheit*|nicht im büro|on vacation|annual leave|closed for|we are closed|holiday notice|merry christmas|happy new year|season s greetings|frohe weihnachten|frohes fest|betriebsferien|betriebsurlaub|nedirbsime|nedirbame|atostog*|linksmų kalėdų|su šventėmis|wesołych świąt|nieczynne|urlopie|holder stengt|god jul|stengt|ferie|slēgts|priecīgus ziemassvētkus|nestrādāsim|nestrādājam|suletud|häid jõule|puhkus*|с рождеством|с новым годом|не работаем|отпуск*|joyeux noël|joyeuses fêtes|fermé*|congés|fermeture|prettige feestdagen|gesloten wegens|gesloten van|vakantie|stängt|semester|god helg|håller stängt"},
    {round_trip, 0, "", "round trip|roundtrip|return load|return trip|and back|way back|on the way back|rundlauf|rundreise|rückladung|hin und zurück|rücktour|auf dem rückweg|pirmyn ir atgal|atgalin*|w obie strony|powrót|powrotny|kółko|rundtur|returlast|tur retur|turp un atpakaļ|edasi tagasi|обратный|обратная|туда и обратно|кругорейс|aller retour|rondrit|retourvracht|retourlading|heen en terug|tur och retur|retourlast"},
    {round_trip, 1, "", "retour|atgal|powrotem|retur|tilbake|atpakaļ|tagasi|обратно|terug|tillbaka"},  // 1: perhaps only the pallets
    {shipment, 0, "", "loads|load|shipments|shipment|transports|orders|consignments|ladungen|sendungen|partien|touren|transporte|kroviniai|krovinius|krovinių|krovinys|krovinį|reisai|reisus|ładunki|ładunków|ładunek|zlecenia|kursy|laster|last|oppdrag|sendinger|turer|kravas|krava|kravu|reisi|koormat|koormad|saadetist|vedu|груза|грузов|груз|рейса|загрузки|chargements|expéditions|lots|affrètements|zendingen|ladingen|vrachten|ritten|transporter|sändningar|laddningar|uppdrag|laste"},
    {several, 0, "", "drops|drop offs|deliveries|unloadings|unloading points|delivery points|entladestellen|abladestellen|iškrovimai|iškrovimus|iškrovimų|iškrovimo vietos|rozładunki|rozładunków|lossesteder|leveringer|lossinger|izkraušanas vietas|izkraušanas|mahalaadimist|mahalaadimiskohta|laadimiskohta|выгрузки|выгрузок|погрузки|livraisons|points de livraison|déchargements|losadressen|laadadressen|losplaatsen|lossningar|lossningsplatser|loadings|pickups|collections|ladestellen|pakrovimai|pakrovimus|załadunki|lastesteder|lastningar|stops|stopp|chargements|iekraušanas vietas"},
    // --- about something else ----------------------------------------------------------------------------------------
    {answer_by, 0, "", "confirm*|please confirm|reply*|let me know|let us know|answer|respond*|get back|quote by|offers by|offer by|your offer*|price by|bids by|deadline for|tender closes|valid until|bestätig*|rückmeldung|antwort*|angebot bis|angebote bis|ihr angebot|melden|gib bescheid|geben sie bescheid|kennzeichen|gültig bis|patvirtin*|patvirtinkit*|atsakym*|atsakyk*|pasiūlym*|praneškit*|parašykit*|duokit žin*|siųsk*|atsiųsk*|laukiu|numerius|numer*|numery|numerów|potwierdz*|odpowied*|oferty|ofertę|czekam|proszę o|dajcie znać|daj znać|svar|svare|svarfrist|tilbud|gi beskjed|gi tilbud|bekreft*|atbild*|apstiprin*|gaidām|gaidu|piedāvājum*|vastus*|pakkumi*|kinnita*|vastake|teata*|andke|подтверд*|ответ*|жду|сообщите|предложени*|номера|répon*|confirm*|retour avant|votre offre|offre|bevestig*|antwoord*|reageer*|laat weten|laten weten|offerte|bekräft*|svara|återkom*|offert|besked"},
    {payment, 0, "", "payment*|pay in|paid|days from|net days|apmokėjim*|mokėjim*|apmokės|mokėsim|buhalter*|sąskait*|zahlung*|zahlungsziel|tage netto|skonto|rechnung*|termin płatn*|płatność*|faktur*|betaling*|forfall|maksājum*|apmaks*|pēcapmaks*|makse*|maksetähtaeg|arve*|оплат*|безнал|счет*|paiement|règlement|facture*|betaling*|betaaltermijn|factuur|betalning*|betalningsvillkor|invoice*"},
    {payment, 0, "!pl", "termin"},
    {past, 0, "", "last time|previous trip|previous load|last week|last trip|yesterday|last month|thank you for the last|thanks for the last|letztes mal|letzte woche|letzten|gestern|vorige woche|letzte tour|beim letzten|praeit*|vakar|paskutin* reis*|anksčiau|poprzedni*|wczoraj|ostatni*|w zeszłym|zeszły|forrige*|i går|sist gang|sist uke|forrige uke|iepriekšēj*|pagājuš*|vakar|pagājušo|eelmi*|eile|möödunud|прошл*|вчера|предыдущ*|последн*|la dernière fois|dernier*|semaine dernière|vorig*|vorige keer|gisteren|laatste keer|afgelopen|förra*|igår"},
    {past, 0, "!fr", "hier"},
    {person, 0, "", "personal code|personal number|passport*|id card|id no|national id|date of birth|home address|lives at|personalausweis*|ausweis*|reisepass*|geburtsdatum|wohnhaft|personalnummer|asmens kod*|gyv|gyvena|gyvenanti*|asmens tapatyb*|pesel|dowód|dowod*|zamieszkał*|fødselsnummer|f nr|fnr|født|bosatt|personnr|personnummer|pers nr|personas kods|dzīvo|dzīves|isikukood*|elab|elukoht*|паспорт*|личный код|перс код|проживает|прописка|прож|снилс|carte d identité|né le|née le|domicilié*|numéro national|habite|passeport|bsn|paspoort*|woont|geboortedatum|rijksregisternummer|wonende|körkort*|rijbewijs*|führerschein*|driver s licen*|prawo jazdy|vairuotojo pažym*"},
    {person, 0, "!lt", "a k|ak|pase|paso"},
    {person, 0, "!pl", "zam"},
    {person, 0, "!lv", "p k|pk|pase"},
    {person, 0, "!et", "ik"},
    {person, 0, "!de", "geb"},
    {doubt, 0, "", "probably|maybe|perhaps|not sure|not yet known|to be confirmed|tbc|tba|tbd|not decided|undecided|either|possibly|vielleicht|wahrscheinlich|noch offen|noch unklar|noch nicht|steht noch nicht fest|evtl|eventuell|unter vorbehalt|galbūt|turbūt|dar nežinau|dar nežinom|dar neaišku|dar patikslin*|patikslinsiu|patikslinsim|tikriausiai|raczej|chyba|prawdopodobnie|jeszcze nie|do potwierdzenia|potwierdzę później|kanskje|sannsynligvis|trolig|vet ikke|ikke bestemt|ikke avklart|varbūt|iespējams|vēl nav|vēl nezin*|precizēsim|võib olla|võibolla|selgub|täpsustub|ilmselt|pole veel|возможно|наверно*|скорее всего|уточн*|пока не|peut être|probablement|pas encore|à confirmer|à préciser|misschien|waarschijnlijk|weten we nog niet|nog niet|nog onbekend|onder voorbehoud|kanske|troligen|vet inte|inte bestämt|ej bestämt|preliminärt|preliminary|preliminar*"},
    // --- money -------------------------------------------------------------------------------------------------------
    {currency, 0, "", "eur|euro|euros|eurų|eurai|eurus|eiro|eurot|eurod|евро|€"},
    {currency, 0, "!ru", "е|e"},
    {currency, 1, "", "nok"},
    {currency, 2, "", "sek"},
    {currency, 3, "", "dkk"},
    {currency, 4, "", "pln|zł|zlotych|złotych|zloty"},
    {currency, 5, "", "gbp|£|pounds sterling|sterling|quid"},
    {currency, 6, "", "usd|dollars"},
    {currency, 7, "", "chf|franken"},
    {currency, 8, "", "czk|kč"},
    {currency, 9, "", "huf|forint"},
    {currency, 10, "", "ron|lei"},
    {currency, 11, "", "bgn"},
    {currency, 12, "", "kr|kroner|kronor"},
    {per_km, 0, "", "km|kilometre|kilometer|kilomet*|км"},
    {maximum, 0, "", "max|maxi|maximum|maximal|budget|ceiling|not more than|no more than|up to|cannot go above|limit|höchstens|mehr geht nicht|mehr ist nicht drin|obergrenze|limit|daugiausia|maksimum|maks|daugiau neduos*|biudžet*|maksymaln*|budżet|nie więcej niż|do maks|budsjett|maksimalt|makspris|maksimāl*|ne vairāk*|budžets|maksimum|maksimaalselt|eelarve|mitte rohkem|не выше|не более|не больше|максимум|бюджет|макс|plafond|pas plus de|maximaal|hooguit|niet meer dan|budget|högst|maxpris|inte mer än|tak|takpris"},
    {negotiable, 0, "", "to be agreed|negotiable|by agreement|open to offers|price open|rate open|tba|vb|vhb|verhandlungsbasis|verhandelbar|nach vereinbarung|n v|preis offen|sutartin*|kaina sutart*|derinama|do uzgodnienia|do negocjacji|do ustalenia|etter avtale|avtales|forhandlings*|pris avtales|pēc vienošanās|vienošanās|kokkuleppel|kokkulepp*|договорн*|по договор*|по договоренности|à convenir|à négocier|à débattre|overeen te komen|nader overeen te komen|n o t k|in overleg|bespreekbaar|enligt överenskommelse|enl ök|förhandlingsbar*|diskuteras|enligt avtal"},
    {quote, 0, "", "quote|quotation|please quote|your price|your best rate|best rate|best price|what rate|how much|rfq|request for quot*|price please|rate please|kindly offer|please offer|ihren preis|ihr preis|ihr angebot|um angebot|preisanfrage|preis bitte|bitte preis|was kostet|welcher preis|bester preis|preisangebot*|kostenvoranschlag|bestpreis|kiek kain*|kokia kaina|kainos pasiūlym*|jūsų kain*|siūlykite kainą|siūlykit kainą|kokią kainą|laukiu kainos|kainą prašau|ile|jaka cena|jaka stawka|proszę o wycenę|proszę o stawkę|o cenę|proszę o ofertę|wycen*|podajcie stawkę|zapytanie o cenę|pristilbud|pris på|hva koster|hva blir prisen|gi pris|gi oss pris|ønsker pris|deres pris|tilbud på|pris takk|cenas pieprasījum*|cik maks*|kāda cena|kāda būtu cena|jūsu cen*|cenas piedāvājum*|hinnapakkumi*|hinnapäring*|palju maksab|mis hind|mis hinnaga|teie hind|palun hinda|hinda palun|сколько*|какая цена|какая ставка|ваша цена|ваша ставка|ваши ставки|ваше предложение|предложите|запрос цены|запрос ставки|votre prix|votre tarif|votre meilleur prix|quel prix|combien|cotation|devis|votre meilleure offre|votre cotation|graag prijs|uw prijs|jullie prijs|welke prijs|wat kost|prijsopgave|prijsaanvraag|graag offerte|offerte|prijs graag|prisförfrågan|offertförfrågan|er pris|ert pris|bästa pris|pris tack|vad kostar|vad blir priset|offert"},
    {price, 0, "", "price*|rate|freight|pay|paying|we pay|target|offer|all in|preis*|fracht|frachtpreis|frachtrate|zahlen|zahle|ziel|zielpreis|kain*|mokam*|mokėsim*|fracht*|stawk*|płac*|cena|frakt*|pris|betaler|rate|maksājam|cena|hind|maksame|ставк*|фрахт|цена|цену|плачу|платим|prix|tarif|payons|prijs|tarief|betalen|vrachtprijs|betala|betalar"},
    // --- who, which ----------------------------------------------------------------------------------------------------
    {reference, 0, "", "ref|our ref|your ref|refs|ref no|ref nr|reference|reference no|reference number|reference nr|load ref|load no|load number|order no|order number|order nr|order ref|po no|booking no|booking number|booking ref|shipment no|rfq|job no|référence|réf|réf à rappeler|n dossier|no dossier|dossier|n° dossier|n° de commande|commande n|referenz*|ref nr|auftrag*nr|auftrag nr|auftragsnummer|auftrags nr|sped nr|sendungs nr|sendungsnummer|lade nr|ladenummer|ladenr|pos nr|positionsnummer|bestellnummer|bestell nr|unsere nr|tour nr|transport nr|vorgangsnummer|užs nr|užsakymo nr|užsakymas nr|mūsų nr|krovinio nr|nuoroda|pakrovimo nr|užs|zlec nr|zlecenie nr|nr zlecenia|nr ref|nr referencyjny|numer referencyjny|nr zam|nr zamówienia|nr ładunku|ordre nr|ordrenr|ordrenummer|bestillingsnr|deres ref|vår ref|oppdragsnr|bookingnr|bokningsnr|bokningsnummer|ordernr|ordernummer|uppdragsnr|märkning|godsmärke|pasūtījums nr|pasūtījuma nr|pas nr|mūsu nr|atsauce|kravas nr|tellimuse nr|tellimus nr|tellimus|viide|viitenumber|meie nr|номер заказа|заказ n|заказ|заявка n|заявка|заявка номер|реф|наш номер|ссылка|referentie*|ons kenmerk|kenmerk|ordernr|opdrachtnr|opdrachtnummer|dossiernr|laadreferentie|boekingsnummer|pieprasījums nr|nr"},
    {shipper, 0, "", "shipper|shpr|shipper name|customer|consignor|sender|frachtzahler|auftraggeber|absender|verlader|kunde|rechnung an|siuntėj*|užsakov*|klientas|mokėtoj*|nadawc*|zleceniodawc*|płatnik*|avsender*|oppdragsgiver|kunde|nosūtītāj*|pasūtītāj*|maksātāj*|saatja|tellija|maksja|отправител*|заказчик*|плательщик*|грузоотправител*|expéditeur*|donneur d ordre|client|opdrachtgever|afzender|verlader|avsändare|uppdragsgivare|kund"},
    {goods, 0, "", "goods|cargo|commodity|product|products|freight description|description|material|merchandise|cargo type|goods description|ware|waren|güter|produkt|fracht|ladegut|warenart|ladung|krovinys|krovinio|kroviniui|krovini|prekės|prekė|krovinį|towar|ładunek|towaru|produkty|varer|vare|gods|last|varene|krava|prece|preces|kravu|kaup|kauba|koorem|last|kaubaks|груз|товар|груза|marchandise*|produit*|nature|fret|lading|goederen|product|vracht|vara|varor|gods|godsslag|innehåll"},
    {phone, 0, "", "tel|telefon*|phone|ph|mob|mobile|mobil|mobiel|cell|call|tlf|tālr|tālrunis|telefonas|kom|komórka|тел|телефон|моб|тлф|gsm|tél|téléphone|portable|telefoon|tfn|tln|whatsapp|viber|handy|ring|t|m|zvan|mobiltlf|dispo"},
    {fax, 0, "", "fax|telefax|faks*|факс|télécopie"},
    {adr, 0, "", "adr|gefahrgut*|dangerous goods|dangerous|hazardous|hazmat|hazard*|haz|pavojing*|niebezpieczn*|farlig gods|farlig*|bīstam*|ohtlik*|опасн*|matières dangereuses|dangereux|gevaarlijke stoffen|gevaarlijk*|farligt gods|farligt|imdg"},
    {harmless, 0, "", "non haz|non hazardous|non dangerous|nonhazardous|non adr|no adr|not adr|kein adr|kein gefahrgut|nicht adr|ohne adr|ne adr|be adr|bez adr|nie adr|ikke adr|ingen adr|ei adr|nav adr|ei ole adr|не adr|без adr|pas d adr|pas adr|non dangereux|non dangereuse*|sans adr|hors adr|geen adr|niet adr|inte adr|ej adr|ingen farlig gods|ikke farlig gods|nepavojing*|ungefährlich*|nebīstam*|неопасн*|ungefährliche"},
    {sign_off, 0, "", "regards|kind regards|best regards|best|br|cheers|thanks|thank you|sincerely|yours sincerely|rgds|brgds|many thanks|mfg|gruß|grüße|viele grüße|beste grüße|mit freundlichen grüßen|freundliche grüße|lg|vg|danke|schöne grüße|pagarbiai|geros dienos|ačiū|su pagarba|linkėjimai|geros|gražios dienos|pozdrawiam|z poważaniem|pozdr|dziękuję|hilsen|mvh|vh|vennlig hilsen|med vennlig hilsen|beste hilsen|hilsner|takk|ar cieņu|paldies|lugupidamisega|tervitades|tervitustega|parimat|tänan|aitäh|с уважением|спасибо|cordialement|cdt|bien à vous|salutations|merci|bonne journée|bien cordialement|vriendelijke groet*|met vriendelijke groet*|groet*|groeten|bedankt|mvg|hälsningar|vänliga hälsningar|med vänliga hälsningar|med vänlig hälsning|tack|hälsar|vennligst hilsen|i a"},
    {greeting, 0, "", "good morning|good afternoon|good evening|guten morgen|guten tag|guten abend|moin|hallo|hello|hi|hei|hej|dear|labas rytas|labas vakaras|labas|laba diena|sveiki|dzień dobry|witam|cześć|god morgen|god dag|god morgon|labdien|labrīt|čau|tere|tere päevast|tere hommikust|добрый день|доброе утро|здравствуйте|привет|bonjour|bonsoir|goedemorgen|goedenavond|goedemiddag|goedendag|goede morgen|beste|sehr geehrte*|szanowni|om morgenen|am morgen|om morgonen|på morgonen|på morgenen|rano|morgens"},
    {legal_form, 0, "", "uab|ab|mb|ab|sia|as|oü|ou|gmbh|ag|kg|ohg|e k|eg|ug|gmbh co kg|sp z o o|sp zoo|spzoo|sp j|sp k|s a|sa|sarl|sas|srl|s r l|spa|s p a|bv|b v|nv|n v|vof|aps|a s|ltd|limited|llc|llp|plc|inc|corp|ооо|зао|ао|оао|ип|oy|oyj|ans|da|hb|zrt|kft|doo|d o o|sro|s r o|s p|ad|eood|ood|se|fie|tü|ik"},
    {trade_word, 0, "", "trading|trade|export|exports|import|imports|handel|handels|logistics|logistik|logistic|logistyka|logistikk|logistique|logistika|logistiek|logistica|spedition|spedycja|expedition|expéditions|forwarding|freight|transport|transporte|transports|shipping|group|gruppe|werk|werke|fabrik|factory|industries|industry|industri|industrie|industria|products|produkte|produkter|foods|food|feed|maison|établissements|ets|brothers|bros|sons|söhne|gebr|holding|international|packaging|materials|steel|metal|timber|wood|papier|paper|chemie|chemicals|pharma|textil|textile|textiles|möbel|furniture|agro|agrochem|trans|cargo|company|co|firma|solutions|systems|technik|tech|bau|energy|maskin|bruk|sjømat|seafood|puit|mööbel|granulas|nams|namai|durys|baldai|mebel|meble|drewno|hout|bloemen|fruit|farm|farms|dairy|molkerei|mejeri|brewery|brauerei|bryggeri|oddział|automotive|handelsgesellschaft|vertrieb|versand|produktion|manufaktur|cooperative|coopérative|genossenschaft"},
    // words that end what may be a description of goods
    {stop_goods, 0, "", "please|bitte|prašau|proszę|palun|vennligst|lūdzu|пожалуйста|svp|merci|graag|tack|stackable|stapelbar|nicht|not|non|must|müssen|muss|turi|reikia|vajag|vaja|needs|need|needed|we|wir|mes|vi|jūs|you|is|are|ist|sind|yra|er|är|ir|on|have|haben|turim|har|mam|mamy|loose|loaded|sollen|soll|can|kann|gali|kan|może|truck|ok|okay|only|nur|tik|tylko|kun|bare|tikai|ainult|только|seulement|alleen|bara|endast|ca|about|approx|approximately|circa|around|apie|około|umbes|apmēram|aptuveni|omkring|environ|ongeveer|oko|cirka|etwa|rund|примерно|около|env|ok|żadnych|exchange|tausch|wymian*|keit*|termograf|seal|plomb*|cmr|t1|muit*|douane|customs|zoll|each|je|ready|fix|dringend|urgent|skubu|skubiai|pilne|haster|steht|stehen|vietų|places|viso|svor*|weight|gewicht|waga|vekt|svars|kaal|вес|poids|vikt|dims|dimensions|maße|height|length|width|hohe|länge|rear|side|top|crane|forklift|tail|lift|liftgate|hebebühne|pls|asap|driver|fahrer|vairuot*|kierowc*|sjåfør*|šofer*|juht|водител*|chauffeur*|förare|adres*|address|adresse|exact|full|teilladung|ftl|ltl|komplettladung|partial|part|pilnas|dalin*|full load|total|brutto|gross|netto|razem|totalt|kopa|kokku|всего|totaal|total|and|und|oraz|temp|temperatur*|температур*|volume|m3|cbm|komplett*|vollladung|częściów*|całopojazd*|zlecam|potrzebuj*|szukam|suche|suchen|ieškom*|ieškau|meklē*|otsi*|vajame|vajan|ищу|ищем|нужна|нужен|нужно|cherche|cherchons|zoeken|zoek|söker|behöver|trenger|looking|available|laisv*|free|frei|possible|möglich|galima|imat|interested|interesuoja|interesuje|sandėl*|warehouse|lager|склад|zgoda|certyfikat|certificate|sertifikat*|code xl|xl|belts|straps|gurte|dirž*|pasy|spännband|liemen*|tail|edge|spanngurte|antirutsch*"},
    {joint, 0, "", "of|de|du|des|d|in|im|auf|w|we|i|in|på|with|mit|su|z|ze|med|ar|для|for|für|från|en|au|aux|à|von|van"},
    // the commonest words, to know which language is spoken
    {stop, 0, "!en", "the|and|for|with|please|you|our|we|is|are|from|to|by|at|of|on|can|need|will|your"},
    {stop, 0, "!de", "der|die|das|und|für|mit|wir|bitte|ist|von|nach|auf|zum|ein|eine|den|bei|sind|nicht|ihr|uhr|noch|oder|nur"},
    {stop, 0, "!lt", "ir|iš|į|su|yra|ar|kad|dėl|prašau|jei|nuo|iki|val|turiu|turim|reikia|už|labas|ačiū|krovinys|kaina|apie|bus"},
    {stop, 0, "!pl", "i|w|na|do|z|się|jest|mam|nie|oraz|dla|od|po|proszę|dzień|dobry|witam|ładunek|palet|stawka|przez|będzie|tel"},
    {stop, 0, "!no", "og|er|til|fra|på|vi|har|det|ikke|med|kl|som|skal|hei|av|om|dere|mva|eks|paller|innen|bil|må|si"},
    {stop, 0, "!lv", "un|ir|no|uz|ar|par|līdz|jums|mums|lūdzu|krava|cena|plkst|vai|būtu|labdien|paletes|mašīna|kas|rīt"},
    {stop, 0, "!et", "ja|on|ei|et|kell|palun|tere|meil|vajame|hind|kaup|auto|kuni|laadimine|koos|või|kui|homme|alust|lm"},
    {stop, 0, "!ru", "и|в|на|с|до|из|не|есть|груз|нужен|тел|по|от|к|за|что|или|тент"},
    {stop, 0, "!fr", "le|la|les|de|du|des|et|à|pour|un|une|vous|nous|est|avec|notre|merci|bonjour|avant|prix|en|palettes|au"},
    {stop, 0, "!nl", "de|het|een|en|van|naar|voor|met|we|wij|is|graag|laden|lossen|kan|kunnen|jullie|uur|op|nog|niet|te|wie|ik"},
    {stop, 0, "!sv", "och|att|det|är|vi|har|till|från|på|för|med|en|ett|inte|behöver|kan|kl|hej|som|av|ni|lastning|lossning"},
};

constexpr std::string_view codes[] = {"en", "de", "lt", "pl", "no", "lv", "et", "ru", "fr", "nl", "sv"};

std::vector<Phrase> compiled() {
    std::vector<Phrase> all;
    for (const Row& row : rows) {
        std::string_view language = row.language;
        const bool strict = language.starts_with('!');
        if (strict) language.remove_prefix(1);
        for (std::string_view rest = row.patterns; !rest.empty();) {
            const auto end = std::min(rest.find('|'), rest.size());
            const std::string_view pattern = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));

            Phrase phrase{row.meaning, row.value, language.empty() ? 0 : language_bit(language), strict, {}};
            std::size_t letters = 0;
            for (std::string_view words = pattern; !words.empty();) {
                const auto space = std::min(words.find(' '), words.size());
                std::string_view word = words.substr(0, space);
                words.remove_prefix(std::min(space + 1, words.size()));
                const bool open = word.ends_with('*');
                if (open) word.remove_suffix(1);
                std::string folded = gazetteer::fold(word);
                if (folded.empty()) folded = word;  // a symbol: "€", "°"
                letters += folded.size();
                phrase.words.push_back(folded + (open ? "*" : ""));
            }
            if (phrase.languages && letters <= 4) phrase.strict = true;
            if (!phrase.words.empty()) all.push_back(std::move(phrase));
        }
    }
    return all;
}

}  // namespace

std::uint32_t language_bit(std::string_view code) {
    for (std::size_t i = 0; i < std::size(codes); ++i)
        if (codes[i] == code) return 1u << i;
    return 0;
}

const std::vector<Phrase>& phrases() {
    static const std::vector<Phrase> all = compiled();
    return all;
}

}  // namespace waybill::extraction::rules
