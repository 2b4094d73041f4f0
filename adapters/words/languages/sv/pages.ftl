### Sidorna som länkarna i mejl leder till, på svenska.

## För alla sidor

page-wrong = Fel: { $heading }
page-new-password = Nytt lösenord
page-repeat-password = Upprepa lösenordet
page-password = Lösenord
page-email = Nuvarande e-postadress
page-account-email = E-postadress
page-account = Konto: { $address }
page-mailed-to = Länken skickades till { $address }.
page-go-on = Fortsätt
page-try-again = Försök igen
page-ask-for-new-link = Begär en ny länk
page-sign-in = Logga in
page-contact = { $channel ->
        [email] Skriv till { $contact }
       *[page] Få hjälp
    }

## Intill fälten

page-passwords-differ = Lösenorden är inte likadana. Skriv båda igen.
page-not-signed-in = Adressen eller lösenordet stämmer inte, eller så har det gjorts för många försök.
page-other-account = Länken hör till ett annat konto. Logga in med det kontots nuvarande adress.
page-bad-address = Det här är ingen fullständig e-postadress, som ada@example.com.
page-must-change = Du behöver byta lösenord först. { $reason ->
        [assigned] Det valdes åt dig.
        [expired] Det har gått ut.
        [weak] Enligt dagens regler är det för svagt.
        [truncated] Hittills har bara en del av det kontrollerats.
       *[required] Tjänsten vill att du väljer ett annat.
    } Logga in för att göra det, och öppna sedan länken i mejlet igen.

## Att välja det första lösenordet

page-password-set-heading = Välj ditt lösenord
page-password-set-lead = Med det här lösenordet loggar du in på ditt konto.
page-password-set-button = Spara lösenordet
page-password-set-done-heading = Ditt lösenord är sparat
page-password-set-done-text = Nu kan du logga in med det.

## Att välja ett nytt lösenord

page-password-reset-heading = Välj ett nytt lösenord
page-password-reset-lead = Det ersätter det gamla. Du loggas ut överallt.
page-password-reset-button = Spara det nya lösenordet
page-password-reset-done-heading = Ditt lösenord har ändrats
page-password-reset-done-text = Du har loggats ut överallt. Logga in med det nya lösenordet.

## Att själv sköta lösenordet i stället för personalen

page-password-management-heading = Ta över ditt lösenord
page-password-management-lead = Hittills har personalen skött ditt lösenord. Välj ett eget, så känner ingen annan till det. Du loggas ut överallt.
page-password-management-button = Spara lösenordet
page-password-management-done-heading = Nu är lösenordet ditt
page-password-management-done-text = Du har loggats ut överallt. Logga in med det nya lösenordet.

## Att bekräfta den nya adressen, genom att logga in med den nuvarande

page-email-confirm-heading = Bekräfta din nya adress
page-email-confirm-lead = Logga in med din nuvarande adress, inte den nya, för att visa att kontot är ditt. Sedan gäller den nya adressen, och du loggas ut { $session ->
        [kept] överallt annars
       *[ended] överallt
    }.
page-email-confirm-button = Logga in och bekräfta
page-email-confirm-done-heading = Din nya adress är bekräftad
page-email-confirm-done-text = Logga in med den nya adressen från och med nu. Till den gamla har vi skickat ett mejl med en länk som ångrar ändringen.

## Att behålla den nuvarande adressen, innan den nya har bekräftats

page-email-cancel-heading = Stoppa ändringen av adressen
page-email-cancel-lead = Någon har begärt att kontot ska få en annan adress. Om det inte var du, stoppa ändringen här och byt sedan lösenord. Om det var du räcker det att stänga sidan.
page-email-cancel-button = Behåll min adress
page-email-cancel-done-heading = Ändringen är stoppad
page-email-cancel-done-text = Kontot behåller sin adress. Om det inte var du som begärde ändringen kan någon känna till ditt lösenord: byt det nu.

## Att ta tillbaka den gamla adressen, när den nya har bekräftats

page-email-revert-heading = Ta tillbaka din gamla adress
page-email-revert-lead = Kontot har fått en annan adress. Om det inte var du, ta tillbaka din här. Då raderas lösenordet, alla loggas ut, och du får ett mejl med en länk för att välja ett nytt lösenord.
page-email-revert-button = Ta tillbaka min adress
page-email-revert-done-heading = Du har din adress tillbaka
page-email-revert-done-text = Alla har loggats ut, och lösenordet är raderat. En länk för att välja ett nytt kommer i ett mejl: nu, eller när kontot har öppnats igen om vi har spärrat eller stängt det.

## Att öppna ett stängt konto igen

page-reopen-heading = Öppna ditt konto igen
page-reopen-lead = Kontot är stängt. Välj ett nytt lösenord för att öppna det igen; då loggas alla ut.
page-reopen-button = Öppna mitt konto
page-reopen-done-heading = Ditt konto är öppet igen
page-reopen-done-text = Logga in med det nya lösenordet.

## Att visa att mejl till kontots adress kommer fram

page-email-proof-heading = Bekräfta din adress
page-email-proof-lead = Logga in med adressen som länken skickades till, för att visa att kontot är ditt. Inget annat ändras, och du förblir inloggad där du är.
page-email-proof-button = Logga in och bekräfta
page-email-proof-done-heading = Din adress är bekräftad
page-email-proof-done-text = Nu vet vi att mejl når dig där.

## Att begära en ny länk. Om det finns ett konto avslöjas inte

page-new-link-heading = Begär en ny länk
page-new-link-lead = Skriv kontots adress, så mejlar vi en länk för att välja lösenord.
page-new-link-button = Skicka en länk
page-new-link-done-heading = Titta i din inkorg
page-new-link-done-text = Om det finns ett konto med den adressen är en länk på väg dit. Det kan ta några minuter; titta också bland skräpposten.

## Länkar som inte fungerar längre

page-used-heading = Länken är redan använd
page-used-text = Den har fungerat en gång, eller så har en nyare ersatt den. Om det var du behöver du inte göra något mer.
page-expired-heading = Länken har gått ut
page-expired-text = För din säkerhets skull fungerar länkar bara en begränsad tid.
page-invalid-heading = Länken fungerar inte
page-invalid-text = Kanske saknas en del av den: öppna den direkt i mejlet, eller kopiera hela länken. En länk som du fick för länge sedan gäller inte längre.
page-nothing-open-heading = Öppna länken i ditt mejl
page-nothing-open-text = Ingen länk är öppen här, eller så var det ett tag sedan den öppnades. Öppna den i mejlet igen. Om du ändå hamnar här, tillåt kakor för den här webbplatsen.
page-overtaken-heading = Det går inte längre
page-overtaken-text = Något har ändrats under tiden, och det som länken var till för går inte längre att göra.

## Det som inte blev gjort, och varför

page-not-ours-heading = Ingenting har hänt
page-not-ours-text = Det du skickade hör inte till länken som är öppen här; kanske har du öppnat en annan sedan dess. Öppna länken i mejlet igen.
page-unreadable-heading = Ingenting har hänt
page-unreadable-text = Det som skickades gick inte att läsa. Försök igen.
page-origin-refused-heading = Inte från det här nätverket
page-origin-refused-text = Kontot går bara att använda från vissa nätverk. Din länk gäller fortfarande: försök igen därifrån.
page-refused-heading = Ingenting har hänt
page-refused-text = Tjänsten avvisade detta. Din länk gäller fortfarande.
page-not-active-heading = Ingenting har hänt
page-not-active-text = Kontot är spärrat eller stängt.
page-email-taken-heading = Ingenting har hänt
page-email-taken-text = Adressen hör numera till ett annat konto.
page-too-many-heading = För många försök
page-too-many-text = Det har gjorts för många försök från ditt nätverk.
page-unavailable-heading = Något fungerar inte just nu
page-unavailable-text = Det är inte säkert att det blev gjort. Försök gärna igen om en stund; det skadar inte.
page-failed-heading = Något gick fel
page-failed-text = Felet är vårt, och det hjälper inte att försöka igen förrän det är åtgärdat.
