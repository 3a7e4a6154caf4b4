"""Patterns of what sentences say of a place that is to be hidden, in English and Spanish.

They are for texts in plain spelling (`model.plain_words.folded`), one clause at a time. Every word in them is written
out, so that what they match can be shown in a finding: it never holds a street. Every repetition has an end, so that no
text takes long.
"""

from __future__ import annotations

import re
from typing import Final

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.model import Disclosure

_NEVER: Final = Disclosure.NEVER
_ASK: Final = Disclosure.CONTACT_ONLY


def _any(words: str) -> str:
    """Return one of some words, parted by blanks; `_` stands for a blank within one."""
    return f"(?:{'|'.join(words.split())})".replace("_", " ")


_THE: Final = rf"(?:{_any('the this our its an? any their exact actual specific street physical full meeting host shelters? program agency facility site safe')} ){{0,6}}"
_WHERE: Final = _any("address(?:es)? locations? whereabouts coordinates")
HOUSE: Final = (
    rf"(?:{_WHERE}|{_any('sites? shelters? safe_?houses? facility facilities residence premises refuge')})"
)
_FOR_SAFETY: Final = rf"(?:{_any(', of for to and due the our this because its protect keep safety security privacy reasons? purposes? shelter safe houses? house program agency facility site residents? clients? survivors? victims? people women families domestic violence dv')} ){{0,8}}?"
_IS_ONE: Final = rf"(?:{_any('is are was be being will shall must should has been to remains? kept keep held stays? considered treated as strictly completely fully totally always also currently intentionally listed marked')}|[-:(,=\[]) ?"
_IS: Final = rf"(?:{_IS_ONE}){{0,6}}"
_OUT: Final = (
    f"(?:{_any('published publicized disclosed listed given(?:_out)? shared shown released revealed provided advertised posted displayed printed mapped made_public')}"
    "|(?:available to|for) the (?:general )?public|available to public|public(?: information| knowledge)?"
    f"|publicly {_any('listed available known disclosed shared published posted')}"
    f"|for (?:public(?:ation)?|release|distribution)(?: {_any('release use listing viewing knowledge distribution')})?)"
)
_NOT_OUT: Final = rf"{_any('not never cannot wont isnt arent')}(?: to)?(?: be)?(?: being)? {_OUT}"
_CLEARLY: Final = f"(?:{_any('confidential undisclosed secret redacted withheld unlisted unpublished non-?disclosed suppressed omitted intentionally_left_(?:out|blank) removed_for')}|{_NOT_OUT})"
_PERHAPS: Final = (
    f"(?:{_any('private hidden protected restricted')}|(?:for )?(?:staff|internal)(?: use)? only)"
)
_END: Final = rf"(?= ?(?:$|[-,:()\[\]*/\"]|{_any('and so for due to but until unless because since please do call in_order by at on_(?:the_|our_|any_)?(?:public_)?(?:web|internet|site|map|director|line) as_(?:it|this|we|requested|per|the) or upon if when except information contact with without per only online anywhere publicly y para por')}\b))"
_REFUSED: Final = _any(
    "not do_not dont never unable_to not_able_to refrain_from must_not should_not shouldnt cannot can_not cant will_not wont may_not does_not doesnt not_to please_not"
)
_TELL: Final = rf"(?:{_any('be publicly ever please')} ){{0,4}}{_any('publish(?:ed|ing)? publicize list(?:ed)? shar(?:e|ed|ing) show(?:n|ing)? disclos(?:e|ed|ing) giv(?:e|en|ing)(?:_out)? print(?:ed|ing)? releas(?:e|ed|ing) reveal(?:ed|ing)? post(?:ed|ing)? display(?:ed|ing)? map(?:ped)? advertis(?:e|ed|ing) includ(?:e|ed|ing) make_public put')}"
_OPENLY: Final = (
    f"(?: (?:{_any('this it publicly online anywhere')}|(?:to|with) (?:the )?{_any('public clients callers anyone patrons')}"
    f"|on (?:the |any )?(?:public )?{_any('websites? web internet map site')}"
    f"|in (?:the |any |print )?(?:public )?{_any('director(?:y|ies) print listings?')}"
    f"|(?:this |the )?{_any('listing record entry agency program resource organization shelter facility site')})){{0,4}}"
)
_CALLING: Final = (
    f"(?:(?:(?:up)?on|by|with) {_any('request intake calling referral screening contacting phone enrollment acceptance')}"
    f"|after (?:{_any('an? the initial phone your')} ){{0,4}}{_any('intake screening call(?:ing)? assessment interview approval acceptance contact enrollment referral registration orientation application reservation booking appointment confirmation eligibility')}"
    f"|(?:at|during) (?:the )?(?:time of )?{_any('intake screening acceptance referral call admission')}"
    f"|(?:when|once|if) (?:a client |clients? |participants? )?(?:you )?{_any('call are is have has accepted approved enrolled registered screened')}"
    f"|(?:when|once|after) (?:an? |the |your ){_any('bed room space spot visit stay appointment reservation referral')} is {_any('confirmed reserved approved assigned booked made available')}"
    f"|over (?:the )?(?:tele)?phone|(?:through|from) (?:the )?{_any('hotline intake crisis_line')}"
    f"|(?:only )?to {_any('clients residents participants approved enrolled registered accepted eligible')})"
)
_SECRET_ADJECTIVE: Final = _any(
    "confidential undisclosed secret unlisted unpublished non-?disclosed non-?public withheld"
)
_KIND_OF_HOUSE: Final = rf"(?:,? (?:and )?{_any('safe secure secured emergency domestic violence dv temporary undisclosed confidential secret residential transitional physical street meeting short long term crisis 24 hour protected scattered scattered-site supportive program offsite off-site womens?')}){{0,8}}"
_TALKED: Final = rf"(?! ?-?{_any('program services? counsel visit assist hotline referr support help based line advoca testing mail information_about case group meeting train care therapy planning crisis_line')})"
_WEB: Final = _any("websites? web online map director(?:y|ies) public print")

_DONDE: Final = _any("direccion(?:es)? ubicacion(?:es)? domicilios? localizacion paradero sede")
CASA: Final = f"(?:{_DONDE}|{_any('refugios? albergues? lugar sitio casa')})"
_WITH_OTHERS: Final = rf"(?:(?:,| and|,? or| &|/) ?{_any('phone telephone number directions name location address contact')}s?){{0,3}}"
_EL: Final = (
    rf"(?:{_any('el la los las su sus nuestra nuestro esta este exacta fisica exacto de del')} ){{0,6}}"
)
_ESTA_ONE: Final = rf"(?:{_any('es esta son estan se mantiene mantienen permanece ser debe del? la el refugio albergue casa estrictamente totalmente sera')}|[-:(,]) ?"
_ESTA: Final = rf"(?:{_ESTA_ONE}){{0,8}}"
_NO_SE: Final = _any("publica divulga da revela comparte proporciona muestra")
_OCULTO: Final = (
    f"(?:{_any('confidencial(?:es)? secret[oa]s? ocult[oa]s? reservad[oa]s? privad[oa]s? en_secreto')}"
    f"|no (?:es |esta |sera )?(?:{_any('publicad[oa] divulgad[oa] public[oa] revelad[oa] compartid[oa]')}|disponible al publico)"
    f"|no se {_NO_SE})"
)
_DECIR: Final = _any(
    "publi(?:car|que|quen|camos) divulg(?:ar|ue|amos) dar(?:_a_conocer)? damos revel(?:ar|e|amos) compart(?:ir|a|imos) mostrar mostramos muestre difund(?:ir|a) list(?:ar|e) inclu(?:ir|ya)"
)

_SAYINGS: Final = (
    ("the address of the shelter is confidential", Scope.PLACE, _NEVER, f"{HOUSE}{_WITH_OTHERS} (?:information )?{_FOR_SAFETY}{_IS}{_CLEARLY}{_END}"),
    ("location: undisclosed", Scope.PLACE, _NEVER, f"{HOUSE}(?:{_IS_ONE}){{1,6}} ?{_CLEARLY}{_END}"),
    ("address is private", Scope.PLACE, _NEVER, f"{_WHERE} ?(?:information )?{_IS}{_PERHAPS}{_END}"),
    ("a confidential, safe location", Scope.PLACE, _NEVER, rf"{_SECRET_ADJECTIVE}{_KIND_OF_HOUSE},? {HOUSE}\b{_TALKED}"),
    ("a hidden site", Scope.PLACE, _NEVER, rf"{_any('at in from')} (?:an? |our )?{_any('hidden concealed')} {HOUSE}\b{_TALKED}"),
    ("cannot tell you where the house is", Scope.PLACE, _NEVER,
     f"{_REFUSED} (?:ever )?{_any('tell say reveal disclose share give_out publish')} (?:{_any('you callers anyone clients the_public')} )?where {_any('the our we it this')} (?:{_any('house shelter home program site facility is are')} ?){{0,3}}"),
    ("they do not want their address published", Scope.PLACE, _NEVER,
     f"{_any('not dont')} (?:want|wish|like) (?:{_THE}){_WHERE} (?:to be )?{_any('published listed printed posted shown shared given_out released public disclosed advertised known')}"),
    ("only the po box may be given", Scope.PLACE, _NEVER,
     rf"only {_THE}(?:{_any('po_box p_o_box pobox mailing_address mailing phone hotline telephone')})(?: number)? {_any('may can should is must to will')} (?:be )?{_any('published given listed printed shared shown released public posted')}"),
    ("unlisted at their request", Scope.LISTING, _NEVER, f"{_any('unlisted unpublished')} {_any('at by per upon')} (?:{_any('the their agency agencys program programs owner clients')} ){{0,3}}request"),
    ("the house is in a secret place", Scope.PLACE, _NEVER,
     f"{_any('is are located housed meets? held sits')} {_any('in at')} (?:an? |our )?{_SECRET_ADJECTIVE}{_KIND_OF_HOUSE} places?{_END}"),
    ("private address", Scope.PLACE, _NEVER, rf"{_any('private hidden protected restricted')} (?:physical |street )?{_WHERE}\b{_TALKED}"),
    ("meets in a private home", Scope.PLACE, _NEVER,
     rf"{_any('located meets? meetings? held hosted operates? run takes?_place address location is are')}(?: [a-z]+){{0,2}}? {_any('in at from out_of is are')} (?:{_any('an? the our her his their hosts? members?')} )?private (?:home|residence|house)\b(?! {_any('care health visit school')})"),
    ("no address is given", Scope.PLACE, _NEVER, f"no (?:street |physical )?{_WHERE} (?:is |are |will be )?{_any('listed given published disclosed provided shown shared')}(?! {_any('yet in on')}\\b)"),
    ("do not give out the address", Scope.PLACE, _NEVER, rf"{_REFUSED} {_TELL} {_THE}(?:{_WHERE}|site|directions)\b"),
    ("hide the address", Scope.PLACE, _NEVER, rf"{_any('hide withhold suppress redact omit mask conceal')} {_THE}{_WHERE}\b"),
    ("keep the location confidential", Scope.PLACE, _NEVER,
     f"{_any('keep keeps keeping hold leave kept')} {_THE}(?:{_WHERE}|site|shelter) (?:strictly |completely )?{_any('confidential private secret hidden undisclosed unlisted off out_of')}"),
    ("do not publish the phone number", Scope.PHONE, _NEVER,
     f"{_REFUSED} {_TELL} {_THE}(?:{_any('direct cell mobile back private office')} )?{_any('phone telephone cell mobile fax number')}"),
    ("do not publish the email", Scope.EMAIL, _NEVER, rf"{_REFUSED} {_TELL} {_THE}(?:contact |staff )?e-?mails?\b"),
    ("do not publish the contact", Scope.CONTACT, _NEVER, rf"{_REFUSED} {_TELL} {_THE}{_any('contacts? contact_person staff_names?')}\b"),
    ("do not publish", Scope.LISTING, _NEVER,
     f"(?:please )?{_any('do_not dont never not_to_be')} (?:publicly )?{_any('publish(?:ed)? publicized? disclosed? give_out given_out advertised? released? list(?:ed)? print(?:ed)? map(?:ped)?')}{_OPENLY}{_END}"),
    ("do not post online", Scope.LISTING, _NEVER,
     f"{_any('do_not dont never')} {_any('share show post display put include map')} (?:{_any('publicly online it')}|this {_any('listing record entry site agency program')}|{_any('to with')} (?:the )?public|on (?:{_any('the any our a')} )?(?:public )?{_any('websites? web internet map')}|in (?:the |any )?(?:public |printed? )?director(?:y|ies))"),
    ("not for publication", Scope.LISTING, _NEVER,
     f"not for (?:publication|public {_any('release listing viewing knowledge distribution directory website display')}|{_any('public release website print online')}){_END}"),
    ("exclude from the website", Scope.LISTING, _NEVER,
     rf"(?:^|please ){_any('exclude omit hide withhold suppress remove keep leave')} {_THE}(?:{_any('listing record entry it')} )?{_any('from off out_of off_of')} (?:{_any('the all any our')} )?(?:public )?{_WEB}\b(?! {_any('hous school trans assist')})"),
    ("internal use only", Scope.LISTING, Disclosure.STAFF_ONLY, r"(?:^|: )(?:for )?(?:(?:internal|staff)(?: use)? only|internal use)$"),
    ("uso interno", Scope.LISTING, Disclosure.STAFF_ONLY, r"^(?:solo )?(?:para )?uso interno(?: solamente| unicamente)?$"),
    ("this listing is not public", Scope.LISTING, _NEVER,
     f"(?:this |the )?{_any('listing record entry agency organization program shelter')} (?:{_IS_ONE}){{1,6}}(?:{_any('unlisted unpublished hidden')}|not (?:to be )?{_any('public published publicly_listed')}){_END}"),
    ("address given after intake", Scope.PLACE, _ASK,
     f"{_WHERE} (?:information )?(?:{_any('is are will be only not')} ){{0,6}}{_any('available provided given disclosed released shared revealed confirmed')}(?: only)? {_CALLING}"),
    ("we tell you how to get here after the intake call", Scope.PLACE, _ASK,
     f"{_any('we staff they advocate intake_worker')} (?:(?:will|shall|can|ll) )?{_any('tell give send share text provide')} (?:{_any('you callers clients the our with to')} ){{0,3}}{_any('how_to_get how_to_find address location directions where')}(?: {_any('here there it us to is the we are you shelter house')}){{0,4}} {_any('after once when during at upon')} (?:{_any('an? the your you initial phone first')} ){{0,4}}{_any('intake screening interview accepted approved screened call calling registered admission acceptance')}"),
    ("address by email", Scope.PLACE, _ASK,
     f"{_WHERE} (?:{_any('is are will be sent shared provided given emailed texted available only')} ){{0,5}}{_any('by via')} {_any('e-?mail text phone message')}"),
    ("se dara la direccion al llamar", Scope.PLACE, _ASK,
     f"se (?:le )?{_any('da dara daran proporciona proporcionara dira revela revelara comparte compartira')} {_EL}{_DONDE}(?: exacta)? (?:solo )?{_any('al_llamar por_telefono despues_de tras previa cuando')}"),
    ("location on request", Scope.PLACE, _ASK, f"{_WHERE} (?:is |are )?{_any('upon on by')} request"),
    ("call the hotline for the address", Scope.PLACE, _ASK,
     rf"{_any('call phone contact text e-?mail')}(?: {_any('us ahead first agency the_agency office the_office hotline the_hotline number shelter the_shelter program the_program crisis_line the_crisis_line intake host')}| [-\d().]+){{0,6}} (?:for|to {_any('get obtain learn find_out')}) (?:{_any('the our exact shelter meeting specific street current')} ){{0,6}}(?:address|location)\b(?=$| ?[-,:()*]? ?$| before\b| prior\b| and directions\b)"),
    ("la direccion es confidencial", Scope.PLACE, _NEVER, f"{_DONDE} ?{_ESTA}{_OCULTO}"),
    ("el refugio es secreto", Scope.PLACE, _NEVER, f"{CASA} ?(?:{_ESTA_ONE}){{1,8}}{_any('confidencial(?:es)? secret[oa]s? ocult[oa]s? en_secreto')}"),
    ("refugio secreto", Scope.PLACE, _NEVER, f"{_any('lugar sitio refugio albergue casa')} {_any('secret[oa] confidencial ocult[oa] no_divulgad[oa] no_revelad[oa]')}"),
    ("se reunen en una casa particular", Scope.PLACE, _NEVER,
     f"{_any('se_encuentra ubicad[oa] se_reunen? reuniones')} en (?:una |un )?{_any('casa domicilio residencia')} {_any('particular privad[oa]')}"),
    ("no dar la direccion", Scope.PLACE, _NEVER, f"no (?:se (?:debe |puede )?)?(?:{_DECIR}|{_NO_SE}) {_EL}{CASA}"),
    ("no dar el telefono", Scope.PHONE, _NEVER, f"no {_DECIR} {_EL}(?:telefono|numero)"),
    ("no publicar", Scope.LISTING, _NEVER,
     rf"(?:^|favor de |por favor )no {_any('publicar publique divulgar divulgue difundir listar')}(?= ?(?:$|[-,:()]|{_any('en al este esta')}\b))"),
    ("no mostrar en el mapa", Scope.LISTING, _NEVER,
     f"no {_any('mostrar muestre poner ponga incluir incluya publicar publique listar compartir')} (?:esto )?{_any('en con al')} (?:el |la |los |las )?{_any('mapa sitio_web web pagina internet directorio publico redes')}"),
    ("se mantiene confidencial la direccion", Scope.PLACE, _NEVER, f"(?:manten[a-z]{{2,6}}|mantien[a-z]{{1,2}}) (?:como )?{_any('confidencial secreta oculta privada en_secreto')} {_EL}{CASA}"),
    ("mantener la direccion secreta", Scope.PLACE, _NEVER, f"{_any('ocult(?:ar|e) manten(?:er|ga)')} {_EL}{CASA}(?: (?:en )?{_any('secret[oa] confidencial privad[oa] ocult[oa]')})?"),
    ("llame para la direccion", Scope.PLACE, _ASK, rf"{_any('llam(?:e|ar) contacte')}(?: [a-z]+| [-\d().]+){{0,4}}? (?:para|por) (?:{_any('obtener saber conocer')} )?{_EL}{_DONDE}"),
    ("direccion disponible al llamar", Scope.PLACE, _ASK,
     f"{_DONDE} (?:solo )?(?:{_any('se_da se_proporciona se_dara disponible')}) (?:solo )?{_any('al_llamar por_telefono despues_de tras previa')}"),
)  # fmt: skip
"""Each with an example, what it hides, and from whom."""

SAYINGS: Final = tuple(
    (re.compile(f"(?<![a-z]){pattern}"), scope, level) for _, scope, level, pattern in _SAYINGS
)
NO_SUBJECT: Final = re.compile(
    _any("lugar sitio refugio albergue casa")
    + f" {_any('secret[oa] confidencial ocult[oa] no_divulgad[oa] no_revelad[oa]')}$"
)
"""A place with its adjective, and so may stand after "in"."""

ANOTHERS: Final = re.compile(
    rf"(?:\b{_any('your clients? patients? participants? survivors? victims? residents? personal callers? his her their e-?mail ip web internet home mailing substitute other some more additional tu sus? clientes? correo non not_an? no_longer_an? isnt_an?')}[ -]"
    rf"|\b(?P<at>{_any('at in from near visit with en desde')}|(?<!due )to) (?:{_any('the this that these our all each any every an? one_of_our la el esta este nuestra')} )?)$"
)
"""What stands before an address that is a patron's, or before a place at which something else is confidential."""
CONDITION: Final = re.compile(r"^(?:if|when|si) ")

SECRET: Final = frozenset(
    "confidential undisclosed secret redacted withheld unlisted unpublished nondisclosed nonpublic private hidden hide withhold suppress "
    "conceal restricted staff internal confidencial confidenciales secreto secreta secretos secretas ocultos ocultas oculto oculta ocultar "
    "oculte reservado reservada reservados reservadas privado privada privados privadas particular exclude omit omitted suppressed removed interno".split()
)
REFUSED: Final = frozenset(
    "not dont never unable refrain no cannot cant wont isnt arent doesnt shouldnt remove keep keeps keeping kept hold leave mask protected mantener mantenga only".split()
)
DISCLOSING: Final = frozenset(
    "publish published publishing publication publicize publicized list listed share shared show shown disclose disclosed give given print printed "
    "release released reveal revealed post posted display displayed map mapped advertise advertised public publicly put website web online "
    "directory provided available publicar publique publicada publicado publica publico divulgar divulgue divulgada divulga dar da revelar revele "
    "revelada revela compartir comparta comparte mostrar muestre muestra poner ponga publicamos divulgamos damos revelamos compartimos mostramos disclosing publishing where sharing giving releasing revealing posting revelado mapa sitio pagina internet directorio difundir difunda listar liste incluir incluya include proporciona address "
    "addresses location locations whereabouts coordinates site shelter direccion ubicacion domicilio".split()
)
PLACED: Final = frozenset(
    "address addresses location locations whereabouts coordinates direccion direcciones ubicacion ubicaciones domicilio domicilios localizacion "
    "paradero sede how where directions".split()
)
ASKED: Final = frozenset(
    "available provided given disclosed released shared revealed confirmed request call phone contact text email mail llame llamar contacte "
    "disponible se".split()
)
"""Every clause that one of the sayings fits has a word of `SECRET`, or one each of `REFUSED` and `DISCLOSING`, or of `PLACED` and `ASKED`."""

WEAK_SIGNS: Final = frozenset({"no", "se", "only", "how", "where"})
"""Words of such sayings that most texts have: they count beside one of `DISCLOSING`, `PLACED` or `ASKED`."""
_CUT_SHORT: Final = frozenset({"conf", "confid", "confident"})
FIRST_SIGNS: Final = (SECRET | PLACED | REFUSED | _CUT_SHORT | {"non"}) - WEAK_SIGNS
"""Every text that says something of the kind has one of these words, or one of `WEAK_SIGNS` that counts."""
CELL_KEYS: Final = (
    SECRET | REFUSED | ASKED | _CUT_SHORT | frozenset("secure safe scattered screening intake".split())
) - WEAK_SIGNS
"""Every cell of a place that says something of the kind has one of these words, or one of `WEAK_SIGNS` that counts."""
CELL_WORDS: Final = frozenset(
    "confidential undisclosed unlisted unpublished withheld redacted secret hidden private nonpublic nondisclosed protected restricted "
    "address addresses location locations site sites shelter home residence house dwelling domicile street place area facility "
    "not published listed public disclosed given shown available shared released provided publicly known the a an is at by of in to for "
    "and or on our this only please call phone contact text email agency office hotline us first ahead number info information details "
    "directions exact due safety security reasons upon request after intake screening when na n client clients domestic violence dv "
    "safe secure scattered meeting will be privacy do dont publish list give out kept staff internal use "
    "confidencial confidenciales direccion ubicacion domicilio privada privado privadas oculta oculto secreta secreto reservada reservado "
    "lugar casa particular refugio no publicada publicado divulgada publica publico publicar llame llamar para la el de por favor solo "
    "sitio".split()
)
"""The words of a cell without a street."""
CELLS: Final = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), level)
    for pattern, level in (
        ("(?:staff|internal)(?: use)? only", Disclosure.STAFF_ONLY),
        ("(?:call|phone|contact|text|email)\\b.* (?:for|to)\\b.*", _ASK),
        (f"{_any('confidential undisclosed withheld secret hidden private unlisted')}.* (?:call|phone|contact)", _ASK),
        (f"^(?:please )?{_any('call contact phone email')} {_any('the_agency agency the_office office the_hotline hotline us the_shelter shelter')}$", _ASK),
        (f"^(?:(?:a|an) )?{_any('safe secure')} {_any('location site house shelter place address')}$", _NEVER),
        (f"(?:upon|on|by) request|{_any('after upon at by')} (?:intake|screening)|given|provided|llam(?:e|ar) para", _ASK),
        (_any("confidential undisclosed unlisted unpublished withheld redacted secret hidden private nonpublic nondisclosed protected "
              "restricted scattered confidencial(?:es)? privad[oa]s? ocult[oa] secret[oa] reservad[oa] particular"), _NEVER),
        (f"not {_any('published listed public disclosed given shown shared released publicly for_public')}", _NEVER),
        (f"{_any('do_not dont')} {_any('publish list give')}|no {_any('publicad[oa] divulgada public[oa] publicar')}", _NEVER),
    )
)  # fmt: skip
"""What such a cell says."""
MARKED: Final = re.compile(
    rf"\b{_any('confidential undisclosed withheld redacted nondisclosed confidencial')}\b(?! {_any('st street rd road ave avenue ln lane way dr drive ct court')}\b)"
    rf"|\bprivate {_any('home residence house dwelling address location')}\b|\b{_any('casa domicilio residencia')} {_any('particular privada privado')}\b"
)
"""Words beside a street that hide it: "12 Oak Street (confidential)"."""

ALONE: Final = frozenset({
    "confidential", "undisclosed", "unlisted", "confidential listing", "confidential agency", "confidential record",
    "private listing", "non public", "nonpublic", "not public", "internal use only", "confidencial", "no publico",
    "unpublished", "hidden", "keep confidential", "please keep confidential", "keep private", "keep secret", "mantener confidencial",
})  # fmt: skip
"""Notes that say nothing else."""

UNLISTED: Final = re.compile(
    rf"\b{_any('do_not dont never not_to_be')} {_any('publish list give_out given_out share disclose release print post published listed shared')}\b"
    rf"|\bnot (?:for|to) (?:the )?public(?:ation)?\b|\bnot {_any('public published listed')}\b|\b{_any('unlisted unpublished nonpublic non_public')}\b"
    rf"|\b(?:internal|staff)(?: use)? only\b|\bfor (?:staff|internal)\b|\bprivate {_any('line number cell mobile phone')}\b|\bback ?line\b"
    rf"|\bno {_any('publicar divulgar dar compartir')}\b|\bprivate$|\bprivad[oa]$|\bnumero privado\b|\buso interno\b"
)
"""What the description of a phone says of hiding it."""
