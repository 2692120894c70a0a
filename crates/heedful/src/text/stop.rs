//! Stop words: articles, pronouns, prepositions, auxiliaries, conjunctions. No negations, no degrees.

pub(super) const ENGLISH: &str = "a an the this that these those i me my mine myself we us our ours ourselves you \
    your yours yourself he him his himself she her hers herself it its itself they them their theirs themselves \
    who whom whose which what and or but if because as while of at by for with about between into through during \
    before after to from in on off over under again then once here there when where how all any both each some \
    such own same so than am is are was were be been being have has had having do does did doing will would shall \
    should can could may might must i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd \
    she'll it's it'd it'll we're we've we'd we'll they're they've they'd they'll that's there's what's who's \
    where's here's let's also just upon s t";

pub(super) const GERMAN: &str = "der die das den dem des ein eine einen einem einer eines ich mich mir du dich \
    dir er ihn ihm sie ihr ihnen es wir uns euch mein meine meinen meinem meiner dein deine sein seine seinen \
    seinem seiner ihre ihren ihrem ihrer unser unsere unseren unserem unserer euer eure und oder aber denn weil \
    dass daß wenn als wie ob da dann also auch noch schon so doch mal von vom zu zum zur in im an am auf aus bei \
    beim mit nach vor für über unter um durch gegen seit bis wegen während bin bist ist sind seid war waren warst \
    gewesen habe hast hat haben habt hatte hatten gehabt werde wirst wird werden wurde wurden worden kann kannst \
    können konnte konnten muss müssen musste soll sollen sollte will wollen wollte darf dürfen man sich selbst \
    was wer wo dies diese dieser diesem diesen dieses jene jeder jede jedes hier dort hin her hätte wäre würde";

pub(super) const FRENCH: &str = "le la les l un une des du de d au aux ce cet cette ces je j tu il elle on nous \
    vous ils elles me m te t se s lui leur y en moi toi soi eux mon ma mes ton ta tes son sa ses notre nos votre \
    vos leurs et ou mais donc or ni car que qu qui quoi dont où si comme quand lorsque puis alors à dans par pour \
    sur sous avec chez entre vers depuis pendant avant après suis es est sommes êtes sont étais était étions \
    étaient été être étant fut ai as a avons avez ont avais avait avions avaient eu avoir aura serai sera seront \
    serait aurait ayant soit quel quelle quels quelles cela ça ceci c celui celle ceux celles aussi ainsi là ici \
    même mêmes tout tous toute toutes autre autres fait faire peut";

pub(super) const SPANISH: &str = "el la los las lo un una unos unas de del a al yo tú él ella ello nosotros \
    nosotras vosotros ellos ellas usted ustedes me te se nos os le les mi mis tu tus su sus nuestro nuestra \
    nuestros nuestras vuestro mío y e o u pero que qué quien quién cual cuál cuando cuándo donde dónde como cómo \
    si porque pues en por para con desde hasta entre sobre ante tras durante según es soy eres somos son era eras \
    eran fue fui fueron sea ser sido siendo está estoy están estaba estaban estar estuvo he has ha hemos han \
    había habían hay haber hubo este esta estos estas ese esa esos esas aquel aquella eso esto aquello ya también \
    así aquí allí ahí otro otra otros otras mismo misma todo toda todos todas tengo tiene tienen tenía puede";

pub(super) const PORTUGUESE: &str = "o a os as um uma uns umas de do da dos das em no na nos nas num numa por \
    pelo pela pelos pelas para pra com ao à aos às eu tu ele ela nós vós eles elas você vocês me te se lhe lhes \
    vos meu minha meus minhas teu tua seu sua seus suas nosso nossa nossos nossas e ou mas que quem qual quais \
    quando onde como porque pois entre sobre até desde durante é sou és somos são era eram foi fui foram ser sido \
    sendo seja está estou estão estava estavam estar esteve tem tenho têm tinha tinham ter teve há havia haver \
    este esta estes estas esse essa esses essas isso isto aquele aquela aquilo já também assim aqui ali lá outro \
    outra outros outras mesmo mesma todo toda todos todas pode";

pub(super) const ITALIAN: &str = "il lo la i gli le l un uno una di del dello della dei degli delle a al allo \
    alla ai agli alle da dal dallo dalla dai dagli dalle in nel nello nella nei negli nelle con col su sul sullo \
    sulla sui sugli sulle per tra fra io tu lui lei noi voi loro egli essa mi ti si ci vi ne me te mio mia miei \
    mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro vostra e ed o ma se che chi cui \
    quale quali quando dove come perché poiché è sono sei siamo siete era erano ero fu essere stato stata stati \
    state sia ho hai ha abbiamo avete hanno avevo aveva avevano avere avuto questo questa questi queste quello \
    quella quelli quelle ciò anche già qui qua lì là così altro altra altri altre stesso stessa tutto tutta tutti \
    tutte può";

pub(super) const DUTCH: &str = "de het een ik me mij mijn jij je jou jouw u uw hij hem zijn zij ze haar hen hun \
    wij we ons onze jullie en of maar want omdat dat die dit deze als dan toen wanneer waar hoe wat wie welke er \
    daar hier in op aan van met voor door bij naar uit over onder om tot tegen tussen sinds tijdens na te ter ten \
    is ben bent was waren geweest wordt worden werd werden geworden heb hebt heeft hebben had hadden gehad kan \
    kunnen kon konden moet moeten moest zal zullen zou zouden wil willen wilde mag mogen doe doet doen zich zelf \
    men al ook nog wel zo toch even eens alle alles andere ander";

pub(super) const DANISH: &str = "en et den det de der som jeg mig min mit mine du dig din dit dine han ham hans \
    hun hende hendes vi os vores i jer jeres dem deres sig sin sit sine og eller men for fordi at når hvis da så \
    hvor hvordan hvad hvem hvilken om på til fra med af ved under over mellem efter før gennem mod uden er var \
    været være bliver blev blive har havde have haft kan kunne skal skulle vil ville må måtte gør gøre gjorde \
    denne dette disse her også jo nu selv alle alt anden andet andre man";

pub(super) const SWEDISH: &str = "en ett den det de som jag mig min mitt mina du dig din ditt dina han honom hans \
    hon henne hennes vi oss vår vårt våra ni er ert era dem deras sig sin sitt sina och eller men för därför att \
    när om då så var hur vad vem vilken på i till från med av vid under över mellan efter före genom mot utan är \
    varit vara blir blev bli blivit har hade ha haft kan kunde ska skall skulle vill ville måste får fick gör \
    göra gjorde denna detta dessa här där också ju nu själv alla allt annan annat andra man";

pub(super) const NORWEGIAN: &str = "en ei et den det de som jeg meg min mitt mine du deg din ditt dine han ham \
    hans hun henne hennes vi oss vår vårt våre dere deres dem seg sin sitt sine og eller men for fordi at når \
    hvis da så hvor hvordan hva hvem hvilken om på i til fra med av ved under over mellom etter før gjennom mot \
    uten er var vært være blir ble bli blitt har hadde ha hatt kan kunne skal skulle vil ville må måtte gjør \
    gjøre gjorde denne dette disse her der også jo nå selv alle alt annen annet andre man eg ikkje";

pub(super) const FINNISH: &str = "minä minun minua minut minulla minulle sinä sinun sinua sinulla sinulle hän \
    hänen häntä hänelle me meidän meitä meille te teidän teitä teille he heidän heitä heille se sen sitä siinä \
    siitä siihen sillä sille ne niiden niitä niissä niistä tämä tämän tätä tässä tästä tähän nämä näiden tuo tuon \
    tuota nuo joka jonka jota jossa josta johon jolla jolle jotka joita mikä minkä mitä missä mistä mihin kuka \
    kenen ja tai vai mutta sekä että jotta koska kun jos kuin niin on oli ovat olivat olla ollut olen olet olemme \
    olette olin olisi ole voi voin voivat myös vielä jo nyt itse kaikki muu muut kanssa";

pub(super) const HUNGARIAN: &str = "a az egy én te ő mi ti ők engem téged őt minket titeket őket nekem neked neki \
    nekünk nektek nekik ez ezt ezek azt azok aki akit ami amit amely amelyet hogy és vagy de mert ha amikor ahol \
    ahogy mint is meg el ki be fel le át rá ide oda itt ott van vannak volt voltak lesz lenne lett lenni vagyok \
    kell lehet majd már még most csak így úgy akkor minden mind más maga saját alatt után előtt között által \
    szerint miatt mellett felett óta ezért azért egyik másik";

pub(super) const ROMANIAN: &str = "un o unui unei niște al a ai ale cel cea cei cele eu tu el ea noi voi ei ele \
    mă te se ne vă îl îi le îmi îți își mie ție lui lor mine tine sine meu mea mei mele tău ta tăi tale său sa \
    săi sale nostru noastră noștri noastre vostru și sau dar iar că să dacă când unde cum care ce cine de la în \
    din pe cu pentru prin despre între până după sub peste este e sunt ești suntem era erau eram fi fost fiind am \
    are avem au aveam avea acest această acești aceste acel acea acei acele asta aici acolo mai tot toți toate \
    alt altă alți alte poate";

pub(super) const RUSSIAN: &str = "и в во на с со к ко у о об от до из по за над под при для через между а но или \
    что чтобы как когда где если то же ли бы я меня мне мной ты тебя тебе он его ему им она её ее ей оно мы нас \
    нам нами вы вас вам вами они их ими себя себе мой моя моё мое мои твой твоя свой своя свои наш наша наши ваш \
    ваша ваши этот эта это эти тот та те того этого этой этом этих кто который которая которое которые которого \
    быть был была было были есть будет буду будут вот там тут здесь уже ещё еще так потом тоже также только весь \
    вся всё все всех сам сама сами другой";

pub(super) const TURKISH: &str = "ve veya ya da de ki ile için ama fakat ancak çünkü gibi kadar göre sonra önce \
    bir bu şu o bunu şunu onu bunun onun buna ona bunlar şunlar onlar onları onların ben beni bana benim sen seni \
    sana senin biz bizi bize bizim siz sizi size sizin kendi kendisi ne nasıl neden niçin kim hangi nerede eğer \
    ise mi mı mu mü dır dir her hep bütün tüm bazı diğer başka şey olan olarak oldu olduğu olur olmak var vardı \
    idi iken artık zaten böyle şöyle öyle burada orada";

pub(super) const ARABIC: &str = "في من إلى الى على عن مع هذا هذه هذان هؤلاء ذلك تلك الذي التي الذين اللذين اللاتي \
    هو هي هم هن أنا انا نحن أنت انت أنتم و أو او ثم أن ان إن كان كانت كانوا يكون تكون قد لقد كل بعض بين بعد قبل \
    عند عندما حتى إذا اذا كما ما ماذا متى أين كيف لكن به بها له لها لي لنا لهم فيه فيها منه منها عليه عليها هنا \
    هناك أي اي كذلك أيضا ايضا غير نفس يا";

pub(super) const GREEK: &str = "ο η το οι τα του της των τον την τους τις ένα ένας μια μία ενός μιας εγώ εσύ \
    αυτός αυτή αυτό εμείς εσείς αυτοί αυτές αυτά με σε μας σας μου σου και ή αλλά όμως γιατί επειδή ότι πως που \
    να θα αν όταν όπου όπως ως για από προς κατά μετά πριν χωρίς μεταξύ στο στη στην στον στα στις στους είναι \
    είμαι είσαι είμαστε ήταν ήμουν έχω έχει έχουν έχουμε είχε είχα είχαν αυτόν αυτήν αυτούς αυτών εκεί εδώ \
    εκείνος τι ποιος ποια ποιο όλα όλοι όλες άλλο άλλα άλλοι τώρα ήδη επίσης λοιπόν";

pub(super) const TAMIL: &str = "ஒரு என்று மற்றும் இந்த இது என்ற கொண்டு என்பது பல ஆகும் அல்லது அவர் நான் உள்ள அந்த \
    இவர் என முதல் என்ன இருந்து சில என் போன்ற வேண்டும் வந்து இதன் அது அவன் தான் பலரும் என்னும் மேலும் பின்னர் \
    கொண்ட இருக்கும் தனது உள்ளது போது என்றும் அதன் தன் பிறகு அவர்கள் வரை அவள் நீ ஆகிய இருந்தது உள்ளன வந்த இருந்த \
    மிகவும் இங்கு மீது ஓர் இவை இந்தக் பற்றி வரும் வேறு இரு இதில் போல் இப்போது அவரது மட்டும் இந்தப் எனும் மேல் \
    பின் சேர்ந்த ஆகியோர் எனக்கு இன்னும் அந்தப் அன்று";
