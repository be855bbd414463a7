<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name />
    <message>
      <source>&amp;Later</source>
      <translation>&amp;Später</translation>
    </message>
    <message>
      <source>&amp;Start Again Now</source>
      <translation>&amp;Jetzt neu starten</translation>
    </message>
    <message>
      <source>Brush hardness {n} %.</source>
      <translation>Härte des Pinsels {n} %.</translation>
    </message>
    <message>
      <source>Brush opacity {n} %.</source>
      <translation>Deckkraft des Pinsels {n} %.</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>Mattework has a defect ({kind}: {text}). Save your work under another name.</source>
      <translation>Mattework hat einen Fehler ({kind}: {text}). Speichern Sie Ihre Arbeit unter einem anderen Namen.</translation>
    </message>
    <message>
      <source>Review a folder of photos</source>
      <translation>Einen Ordner mit Fotos durchsehen</translation>
    </message>
    <message>
      <source>The language changes when Mattework is started again.</source>
      <translation>Die Sprache wechselt, wenn Mattework neu gestartet wird.</translation>
    </message>
    <message>
      <source>The photo is opened again; what is not saved is asked about first.</source>
      <translation>Das Foto wird wieder geöffnet; nach Ungespeichertem wird zuerst gefragt.</translation>
    </message>
    <message>
      <source>There are no photos in {name}.</source>
      <translation>In {name} sind keine Fotos.</translation>
    </message>
    <message>
      <source>This window works for another program. Apply or cancel that first.</source>
      <translation>Dieses Fenster arbeitet für ein anderes Programm. Übernehmen Sie zuerst, oder brechen Sie ab.</translation>
    </message>
    <message>
      <source>{tool} does not heed it.</source>
      <translation>{tool} achtet nicht darauf.</translation>
    </message>
  </context>
  <context>
    <name>About</name>
    <message>
      <source>&lt;h2&gt;Mattework {version}&lt;/h2&gt;&lt;p&gt;Cuts subjects out of photographs: on this computer, exact to the hair, into layered files that stay editable. Your pictures never leave it; the only network traffic is the download of a model, when you ask for one.&lt;/p&gt;&lt;p&gt;Qt {qt}, PyQt {pyqt}&lt;/p&gt;</source>
      <translation>&lt;h2&gt;Mattework {version}&lt;/h2&gt;&lt;p&gt;Stellt Motive aus Fotos frei: auf diesem Computer, bis aufs Haar genau, in Ebenendateien, die bearbeitbar bleiben. Ihre Bilder verlassen ihn nie; ins Netz geht nur der Download eines Modells, wenn Sie eines verlangen.&lt;/p&gt;&lt;p&gt;Qt {qt}, PyQt {pyqt}&lt;/p&gt;</translation>
    </message>
    <message>
      <source>About Mattework</source>
      <translation>Über Mattework</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>Lizenz</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Texts</source>
      <translation>Texte</translation>
    </message>
  </context>
  <context>
    <name>BackgroundPanel</name>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>A colour becomes a layer of its own, under the subject.</source>
      <translation>Eine Farbe wird eine eigene Ebene unter dem Motiv.</translation>
    </message>
    <message>
      <source>A picture, scaled to cover, becomes a layer under the subject.</source>
      <translation>Ein Bild, deckend skaliert, wird eine Ebene unter dem Motiv.</translation>
    </message>
    <message>
      <source>Angle</source>
      <translation>Winkel</translation>
    </message>
    <message>
      <source>Background</source>
      <translation>Hintergrund</translation>
    </message>
    <message>
      <source>Background Picture</source>
      <translation>Hintergrundbild</translation>
    </message>
    <message>
      <source>Blur</source>
      <translation>Unschärfe</translation>
    </message>
    <message>
      <source>Blurred photo</source>
      <translation>Unscharfes Foto</translation>
    </message>
    <message>
      <source>Change…</source>
      <translation>Ändern…</translation>
    </message>
    <message>
      <source>Choose another colour.</source>
      <translation>Eine andere Farbe wählen.</translation>
    </message>
    <message>
      <source>Choose another picture.</source>
      <translation>Ein anderes Bild wählen.</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>From</source>
      <translation>Von</translation>
    </message>
    <message>
      <source>Gradient</source>
      <translation>Verlauf</translation>
    </message>
    <message>
      <source>How far the photo behind the subject is out of focus.</source>
      <translation>Wie unscharf das Foto hinter dem Motiv ist.</translation>
    </message>
    <message>
      <source>Nothing is laid behind the subject.</source>
      <translation>Hinter das Motiv wird nichts gelegt.</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Pictures ({kinds})</source>
      <translation>Bilder ({kinds})</translation>
    </message>
    <message>
      <source>The colour that the gradient begins with.</source>
      <translation>Die Farbe, mit der der Verlauf beginnt.</translation>
    </message>
    <message>
      <source>The colour that the gradient ends with.</source>
      <translation>Die Farbe, mit der der Verlauf endet.</translation>
    </message>
    <message>
      <source>The way the gradient runs: 180° downwards, 90° to the right.</source>
      <translation>Wohin der Verlauf läuft: 180° nach unten, 90° nach rechts.</translation>
    </message>
    <message>
      <source>To</source>
      <translation>Bis</translation>
    </message>
    <message>
      <source>Transparent</source>
      <translation>Transparent</translation>
    </message>
    <message>
      <source>Two colours that go over into each other.</source>
      <translation>Zwei Farben, die ineinander übergehen.</translation>
    </message>
    <message>
      <source>What is around the subject in the photo, out of focus.</source>
      <translation>Was das Motiv im Foto umgibt, unscharf.</translation>
    </message>
  </context>
  <context>
    <name>BrushPanel</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>Diameter in photo pixels ([ and ], or Ctrl and the wheel).</source>
      <translation>Durchmesser in Pixeln des Fotos ([ und ] oder Strg und das Mausrad).</translation>
    </message>
    <message>
      <source>Hardness</source>
      <translation>Härte</translation>
    </message>
    <message>
      <source>How far out the brush keeps its full force (Shift+[ and Shift+]). A hard brush at full opacity tells the solver what is certain; a soft one is blended as it is.</source>
      <translation>Wie weit nach außen der Pinsel seine volle Kraft behält (Umschalt+[ und Umschalt+]). Ein harter Pinsel bei voller Deckkraft sagt dem Löser, was sicher ist; ein weicher wird eingeblendet, wie er ist.</translation>
    </message>
    <message>
      <source>How much foreground and background brushes bring or take (keys 1 to 9, 0 for all).</source>
      <translation>Wie viel Vordergrund- und Hintergrundpinsel bringen oder nehmen (Tasten 1 bis 9, 0 für alles).</translation>
    </message>
    <message>
      <source>Opacity</source>
      <translation>Deckkraft</translation>
    </message>
    <message>
      <source>Pen pressure</source>
      <translation>Stiftdruck</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>What pressing a pen harder changes.</source>
      <translation>Was sich ändert, wenn der Stift stärker gedrückt wird.</translation>
    </message>
  </context>
  <context>
    <name>CanvasView</name>
    <message>
      <source>Open a photo (Ctrl+O), or drop one here.</source>
      <translation>Ein Foto öffnen (Strg+O) oder hier ablegen.</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Bild</translation>
    </message>
  </context>
  <context>
    <name>Command</name>
    <message>
      <source>&amp;About Mattework…</source>
      <translation>&amp;Über Mattework…</translation>
    </message>
    <message>
      <source>&amp;Approve</source>
      <translation>&amp;Annehmen</translation>
    </message>
    <message>
      <source>&amp;Cancel</source>
      <translation>&amp;Abbrechen</translation>
    </message>
    <message>
      <source>&amp;Close Photo</source>
      <translation>Foto sch&amp;ließen</translation>
    </message>
    <message>
      <source>&amp;Copy Cut-out</source>
      <translation>Freisteller &amp;kopieren</translation>
    </message>
    <message>
      <source>&amp;Edit</source>
      <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
      <source>&amp;Export…</source>
      <translation>&amp;Exportieren…</translation>
    </message>
    <message>
      <source>&amp;File</source>
      <translation>&amp;Datei</translation>
    </message>
    <message>
      <source>&amp;Find a Command…</source>
      <translation>Einen Befehl &amp;finden…</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <translation>&amp;Hilfe</translation>
    </message>
    <message>
      <source>&amp;Models…</source>
      <translation>M&amp;odelle…</translation>
    </message>
    <message>
      <source>&amp;Next Photo</source>
      <translation>&amp;Nächstes Foto</translation>
    </message>
    <message>
      <source>&amp;Open…</source>
      <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
      <source>&amp;Paste as New Photo</source>
      <translation>Als neues Foto &amp;einfügen</translation>
    </message>
    <message>
      <source>&amp;Previous Photo</source>
      <translation>&amp;Voriges Foto</translation>
    </message>
    <message>
      <source>&amp;Quit</source>
      <translation>&amp;Beenden</translation>
    </message>
    <message>
      <source>&amp;Redo</source>
      <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
      <source>&amp;Review</source>
      <translation>D&amp;urchsehen</translation>
    </message>
    <message>
      <source>&amp;Save</source>
      <translation>&amp;Speichern</translation>
    </message>
    <message>
      <source>&amp;Select</source>
      <translation>&amp;Auswahl</translation>
    </message>
    <message>
      <source>&amp;Shortcuts…</source>
      <translation>&amp;Tastenkürzel…</translation>
    </message>
    <message>
      <source>&amp;Skip</source>
      <translation>Über&amp;springen</translation>
    </message>
    <message>
      <source>&amp;Tools</source>
      <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
      <source>&amp;Undo</source>
      <translation>&amp;Rückgängig</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <translation>A&amp;nsicht</translation>
    </message>
    <message>
      <source>&amp;Window</source>
      <translation>&amp;Fenster</translation>
    </message>
    <message>
      <source>100 %</source>
      <translation>100 %</translation>
    </message>
    <message>
      <source>Add Object by Box</source>
      <translation>Objekt durch Rahmen hinzufügen</translation>
    </message>
    <message>
      <source>Add Object by Click</source>
      <translation>Objekt durch Klick hinzufügen</translation>
    </message>
    <message>
      <source>Add Object by Lasso</source>
      <translation>Objekt durch Lasso hinzufügen</translation>
    </message>
    <message>
      <source>Add Object by Scribble</source>
      <translation>Objekt durch Kritzeln hinzufügen</translation>
    </message>
    <message>
      <source>Add Polygon</source>
      <translation>Polygon hinzufügen</translation>
    </message>
    <message>
      <source>Add with Brush</source>
      <translation>Mit Pinsel hinzufügen</translation>
    </message>
    <message>
      <source>All keys, and what mouse and pen do</source>
      <translation>Alle Tasten, und was Maus und Stift tun</translation>
    </message>
    <message>
      <source>Background</source>
      <translation>Hintergrund</translation>
    </message>
    <message>
      <source>Bridge</source>
      <translation>Brücke</translation>
    </message>
    <message>
      <source>Brush</source>
      <translation>Pinsel</translation>
    </message>
    <message>
      <source>Brush Opacity 10 %</source>
      <translation>Pinseldeckkraft 10 %</translation>
    </message>
    <message>
      <source>Brush Opacity 100 %</source>
      <translation>Pinseldeckkraft 100 %</translation>
    </message>
    <message>
      <source>Brush Opacity 20 %</source>
      <translation>Pinseldeckkraft 20 %</translation>
    </message>
    <message>
      <source>Brush Opacity 30 %</source>
      <translation>Pinseldeckkraft 30 %</translation>
    </message>
    <message>
      <source>Brush Opacity 40 %</source>
      <translation>Pinseldeckkraft 40 %</translation>
    </message>
    <message>
      <source>Brush Opacity 50 %</source>
      <translation>Pinseldeckkraft 50 %</translation>
    </message>
    <message>
      <source>Brush Opacity 60 %</source>
      <translation>Pinseldeckkraft 60 %</translation>
    </message>
    <message>
      <source>Brush Opacity 70 %</source>
      <translation>Pinseldeckkraft 70 %</translation>
    </message>
    <message>
      <source>Brush Opacity 80 %</source>
      <translation>Pinseldeckkraft 80 %</translation>
    </message>
    <message>
      <source>Brush Opacity 90 %</source>
      <translation>Pinseldeckkraft 90 %</translation>
    </message>
    <message>
      <source>Click a thing to select it; click what is missing to add it. Alt, or X first, and a click take away.</source>
      <translation>Einen Gegenstand anklicken, um ihn auszuwählen; was fehlt, durch Klick hinzufügen. Alt, oder vorher X, und ein Klick nehmen weg.</translation>
    </message>
    <message>
      <source>Click corners; a double click or Enter adds what they enclose, Alt at the first corner takes it away.</source>
      <translation>Ecken anklicken; Doppelklick oder Eingabe fügt hinzu, was sie einschließen, Alt an der ersten Ecke nimmt es weg.</translation>
    </message>
    <message>
      <source>Click the green or blue screen: its spill is taken out of the clean colours. Alt and a click leave it in again.</source>
      <translation>Auf den grünen oder blauen Schirm klicken: sein Farbstich wird aus den sauberen Farben genommen. Alt und ein Klick lassen ihn wieder darin.</translation>
    </message>
    <message>
      <source>Close Gaps</source>
      <translation>Lücken schließen</translation>
    </message>
    <message>
      <source>Close the window; what is not saved is asked about</source>
      <translation>Das Fenster schließen; nach Ungespeichertem wird gefragt</translation>
    </message>
    <message>
      <source>Colours as the System</source>
      <translation>Farben wie das System</translation>
    </message>
    <message>
      <source>Compare with Original</source>
      <translation>Mit dem Original vergleichen</translation>
    </message>
    <message>
      <source>Cut all photos of a folder and look them through, least sure first</source>
      <translation>Alle Fotos eines Ordners freistellen und durchsehen, die unsichersten zuerst</translation>
    </message>
    <message>
      <source>Cut the picture on the clipboard out; it is saved nowhere until you save</source>
      <translation>Das Bild in der Zwischenablage freistellen; es wird erst gespeichert, wenn Sie speichern</translation>
    </message>
    <message>
      <source>Dark Colours</source>
      <translation>Dunkle Farben</translation>
    </message>
    <message>
      <source>Deutsch</source>
      <translation>Deutsch</translation>
    </message>
    <message>
      <source>Do again what was taken back</source>
      <translation>Wieder tun, was zurückgenommen wurde</translation>
    </message>
    <message>
      <source>Drag a box around a thing to select it; another box adds another thing. Alt, or X first, takes it away.</source>
      <translation>Einen Rahmen um einen Gegenstand ziehen, um ihn auszuwählen; ein weiterer Rahmen fügt einen weiteren hinzu. Alt, oder vorher X, nimmt ihn weg.</translation>
    </message>
    <message>
      <source>Drag from where nothing is to be seen to where all is: the cut-out fades in between. Alt fills instead.</source>
      <translation>Von dort, wo nichts zu sehen sein soll, dorthin ziehen, wo alles zu sehen sein soll: dazwischen blendet der Freisteller über. Alt füllt stattdessen.</translation>
    </message>
    <message>
      <source>Draw loosely around a thing to select it. Alt, or X first, takes what is inside away.</source>
      <translation>Einen Gegenstand locker umfahren, um ihn auszuwählen. Alt, oder vorher X, nimmt weg, was darin liegt.</translation>
    </message>
    <message>
      <source>Edge</source>
      <translation>Kante</translation>
    </message>
    <message>
      <source>Edge Band</source>
      <translation>Kantenband</translation>
    </message>
    <message>
      <source>English</source>
      <translation>English</translation>
    </message>
    <message>
      <source>Eraser</source>
      <translation>Radierer</translation>
    </message>
    <message>
      <source>Fade Out by Gradient</source>
      <translation>Mit Verlauf ausblenden</translation>
    </message>
    <message>
      <source>Fill by Gradient</source>
      <translation>Mit Verlauf füllen</translation>
    </message>
    <message>
      <source>Fit</source>
      <translation>Einpassen</translation>
    </message>
    <message>
      <source>Foreground</source>
      <translation>Vordergrund</translation>
    </message>
    <message>
      <source>Gradient</source>
      <translation>Verlauf</translation>
    </message>
    <message>
      <source>Hand the cut-out out as PNG, WebP, TIFF or PSD: cropped, sized, with or without background</source>
      <translation>Den Freisteller als PNG, WebP, TIFF oder PSD ausgeben: beschnitten, in gewünschter Größe, mit oder ohne Hintergrund</translation>
    </message>
    <message>
      <source>Harder Brush</source>
      <translation>Härterer Pinsel</translation>
    </message>
    <message>
      <source>History</source>
      <translation>Verlaufsliste</translation>
    </message>
    <message>
      <source>How much of the photo foreground and background brushes bring or take</source>
      <translation>Wie viel vom Foto Vordergrund- und Hintergrundpinsel bringen oder nehmen</translation>
    </message>
    <message>
      <source>Language of the System</source>
      <translation>Sprache des Systems</translation>
    </message>
    <message>
      <source>Larger Brush</source>
      <translation>Größerer Pinsel</translation>
    </message>
    <message>
      <source>Layers</source>
      <translation>Ebenen</translation>
    </message>
    <message>
      <source>Leave the photo, for another or none; what is not saved is asked about</source>
      <translation>Das Foto verlassen, für ein anderes oder keines; nach Ungespeichertem wird gefragt</translation>
    </message>
    <message>
      <source>Let the brush fall off earlier; foreground, background and bridge heed it</source>
      <translation>Den Pinsel früher auslaufen lassen; Vordergrund, Hintergrund und Brücke beachten es</translation>
    </message>
    <message>
      <source>Let the brush keep its full force farther out</source>
      <translation>Den Pinsel seine volle Kraft weiter nach außen behalten lassen</translation>
    </message>
    <message>
      <source>Let the model find the subject and solve its edge</source>
      <translation>Das Modell das Motiv finden und seine Kante lösen lassen</translation>
    </message>
    <message>
      <source>Light Colours</source>
      <translation>Helle Farben</translation>
    </message>
    <message>
      <source>Look at the next photo of the strip</source>
      <translation>Das nächste Foto des Streifens ansehen</translation>
    </message>
    <message>
      <source>Look at the photo before</source>
      <translation>Das Foto davor ansehen</translation>
    </message>
    <message>
      <source>Look closer, to the next full step; the wheel zooms to the pointer</source>
      <translation>Näher heran, zur nächsten vollen Stufe; das Mausrad zoomt zum Zeiger hin</translation>
    </message>
    <message>
      <source>Marching Ants</source>
      <translation>Laufende Ameisen</translation>
    </message>
    <message>
      <source>Mask</source>
      <translation>Maske</translation>
    </message>
    <message>
      <source>Next View</source>
      <translation>Nächste Ansicht</translation>
    </message>
    <message>
      <source>No Screen Colour</source>
      <translation>Keine Schirmfarbe</translation>
    </message>
    <message>
      <source>Object by Box</source>
      <translation>Objekt durch Rahmen</translation>
    </message>
    <message>
      <source>Object by Click</source>
      <translation>Objekt durch Klick</translation>
    </message>
    <message>
      <source>Object by Lasso</source>
      <translation>Objekt durch Lasso</translation>
    </message>
    <message>
      <source>Object by Scribble</source>
      <translation>Objekt durch Kritzeln</translation>
    </message>
    <message>
      <source>On Background</source>
      <translation>Auf Hintergrund</translation>
    </message>
    <message>
      <source>On Black</source>
      <translation>Auf Schwarz</translation>
    </message>
    <message>
      <source>On Checkerboard</source>
      <translation>Auf Schachbrett</translation>
    </message>
    <message>
      <source>On Colour</source>
      <translation>Auf Farbe</translation>
    </message>
    <message>
      <source>On Picture</source>
      <translation>Auf Bild</translation>
    </message>
    <message>
      <source>On White</source>
      <translation>Auf Weiß</translation>
    </message>
    <message>
      <source>One pixel of the photo is one of the screen</source>
      <translation>Ein Pixel des Fotos ist einer des Bildschirms</translation>
    </message>
    <message>
      <source>Only Photos that Need a &amp;Look</source>
      <translation>Nur Fotos, die einen &amp;Blick brauchen</translation>
    </message>
    <message>
      <source>Open a photo, or a file that Mattework wrote</source>
      <translation>Ein Foto öffnen oder eine Datei, die Mattework geschrieben hat</translation>
    </message>
    <message>
      <source>Original</source>
      <translation>Original</translation>
    </message>
    <message>
      <source>Overlay</source>
      <translation>Überlagerung</translation>
    </message>
    <message>
      <source>Paint broader, so that one stroke covers loose hair and what is behind it; Ctrl and the wheel do it too</source>
      <translation>Breiter malen, damit ein Strich loses Haar und das dahinter bedeckt; Strg und das Mausrad tun es auch</translation>
    </message>
    <message>
      <source>Paint finer, for narrow gaps and single strands; Ctrl and the wheel do it too</source>
      <translation>Feiner malen, für schmale Lücken und einzelne Strähnen; Strg und das Mausrad tun es auch</translation>
    </message>
    <message>
      <source>Paint over hair, fur and soft edges: the edge is solved there. Alt brings the model's edge back.</source>
      <translation>Haare, Fell und weiche Kanten übermalen: dort wird die Kante gelöst. Alt bringt die Kante des Modells zurück.</translation>
    </message>
    <message>
      <source>Paint over small holes and gaps to close them; what is wider than half the brush stays. Alt removes specks.</source>
      <translation>Kleine Löcher und Lücken übermalen, um sie zu schließen; was breiter als der halbe Pinsel ist, bleibt. Alt entfernt Flecken.</translation>
    </message>
    <message>
      <source>Paint veils, glass and smoke inside the subject: how much shows through is solved. Alt paints foreground.</source>
      <translation>Schleier, Glas und Rauch im Motiv malen: gelöst wird, wie viel durchscheint. Alt malt Vordergrund.</translation>
    </message>
    <message>
      <source>Paint what belongs to the subject. Alt paints background.</source>
      <translation>Malen, was zum Motiv gehört. Alt malt Hintergrund.</translation>
    </message>
    <message>
      <source>Paint what does not belong to the subject. Alt paints foreground.</source>
      <translation>Malen, was nicht zum Motiv gehört. Alt malt Vordergrund.</translation>
    </message>
    <message>
      <source>Panels in Their &amp;Places</source>
      <translation>Felder an ihre &amp;Plätze</translation>
    </message>
    <message>
      <source>Parts</source>
      <translation>Teile</translation>
    </message>
    <message>
      <source>Polygon</source>
      <translation>Vieleck</translation>
    </message>
    <message>
      <source>Put all panels back where they were at the first start, also those that were closed or torn off</source>
      <translation>Alle Felder dorthin zurücklegen, wo sie beim ersten Start waren, auch geschlossene und abgelöste</translation>
    </message>
    <message>
      <source>Refine Edge</source>
      <translation>Kante verfeinern</translation>
    </message>
    <message>
      <source>Remove Specks</source>
      <translation>Flecken entfernen</translation>
    </message>
    <message>
      <source>Restore the Model's Edge</source>
      <translation>Kante des Modells wiederherstellen</translation>
    </message>
    <message>
      <source>Review a &amp;Folder…</source>
      <translation>Einen &amp;Ordner durchsehen…</translation>
    </message>
    <message>
      <source>Save &amp;As…</source>
      <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
      <source>Save nothing and go on to the next photo</source>
      <translation>Nichts speichern und zum nächsten Foto gehen</translation>
    </message>
    <message>
      <source>Save the layered file and go on to the next photo</source>
      <translation>Die Ebenendatei speichern und zum nächsten Foto gehen</translation>
    </message>
    <message>
      <source>Save under another name or in another format</source>
      <translation>Unter anderem Namen oder in anderem Format speichern</translation>
    </message>
    <message>
      <source>Save where it was saved before; PSD and TIFF stay editable</source>
      <translation>Speichern, wo zuvor gespeichert wurde; PSD und TIFF bleiben bearbeitbar</translation>
    </message>
    <message>
      <source>Screen Colour</source>
      <translation>Schirmfarbe</translation>
    </message>
    <message>
      <source>Scribble over a thing to select all of it. Alt, or X first, takes what you scribble over away.</source>
      <translation>Über einen Gegenstand kritzeln, um ihn ganz auszuwählen. Alt, oder vorher X, nimmt das Überkritzelte weg.</translation>
    </message>
    <message>
      <source>See more of the photo, to the next full step; the wheel zooms from the pointer</source>
      <translation>Mehr vom Foto sehen, zur nächsten vollen Stufe; das Mausrad zoomt vom Zeiger weg</translation>
    </message>
    <message>
      <source>Select &amp;Subject</source>
      <translation>&amp;Motiv auswählen</translation>
    </message>
    <message>
      <source>Shadow</source>
      <translation>Schatten</translation>
    </message>
    <message>
      <source>Show all of the photo</source>
      <translation>Das ganze Foto zeigen</translation>
    </message>
    <message>
      <source>Show only photos where the model is not sure, or that failed</source>
      <translation>Nur Fotos zeigen, bei denen das Modell unsicher ist oder die misslangen</translation>
    </message>
    <message>
      <source>Show the original to the left of a line that can be dragged</source>
      <translation>Das Original links einer Linie zeigen, die sich ziehen lässt</translation>
    </message>
    <message>
      <source>Show the original, and the view of before again</source>
      <translation>Das Original zeigen und danach wieder die Ansicht von zuvor</translation>
    </message>
    <message>
      <source>Show the work in the next way</source>
      <translation>Die Arbeit in der nächsten Ansicht zeigen</translation>
    </message>
    <message>
      <source>Show this panel in front</source>
      <translation>Dieses Feld nach vorn holen</translation>
    </message>
    <message>
      <source>Smaller Brush</source>
      <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
      <source>Softer Brush</source>
      <translation>Weicherer Pinsel</translation>
    </message>
    <message>
      <source>Split Before and After</source>
      <translation>Vorher und Nachher geteilt</translation>
    </message>
    <message>
      <source>Stop the work that runs; what was there before stays</source>
      <translation>Die laufende Arbeit anhalten; was vorher da war, bleibt</translation>
    </message>
    <message>
      <source>Take Away Object by Box</source>
      <translation>Objekt durch Rahmen wegnehmen</translation>
    </message>
    <message>
      <source>Take Away Object by Click</source>
      <translation>Objekt durch Klick wegnehmen</translation>
    </message>
    <message>
      <source>Take Away Object by Lasso</source>
      <translation>Objekt durch Lasso wegnehmen</translation>
    </message>
    <message>
      <source>Take Away Object by Scribble</source>
      <translation>Objekt durch Kritzeln wegnehmen</translation>
    </message>
    <message>
      <source>Take Away Polygon</source>
      <translation>Polygon wegnehmen</translation>
    </message>
    <message>
      <source>Take Away with Brush</source>
      <translation>Mit Pinsel wegnehmen</translation>
    </message>
    <message>
      <source>Take the last step back</source>
      <translation>Den letzten Schritt zurücknehmen</translation>
    </message>
    <message>
      <source>Take your strokes back to what the model found. Alt paints an unknown edge.</source>
      <translation>Ihre Striche auf das zurücknehmen, was das Modell fand. Alt malt eine unbekannte Kante.</translation>
    </message>
    <message>
      <source>The band in which the edge is solved, in yellow</source>
      <translation>Das Band, in dem die Kante gelöst wird, in Gelb</translation>
    </message>
    <message>
      <source>The colours of the windows; grays are neutral, so that they leave the photo's colours alone</source>
      <translation>Die Farben der Fenster; das Grau ist neutral und lässt die Farben des Fotos in Ruhe</translation>
    </message>
    <message>
      <source>The cut-out and its shadow on a checkerboard</source>
      <translation>Der Freisteller und sein Schatten auf einem Schachbrett</translation>
    </message>
    <message>
      <source>The cut-out on a colour of your choice (View panel)</source>
      <translation>Der Freisteller auf einer Farbe Ihrer Wahl (Feld Ansicht)</translation>
    </message>
    <message>
      <source>The cut-out on a picture of your choice, which is not saved (View panel)</source>
      <translation>Der Freisteller auf einem Bild Ihrer Wahl, das nicht gespeichert wird (Feld Ansicht)</translation>
    </message>
    <message>
      <source>The cut-out on black: light fringes are seen here</source>
      <translation>Der Freisteller auf Schwarz: helle Säume sind hier zu sehen</translation>
    </message>
    <message>
      <source>The cut-out on white: dark fringes are seen here</source>
      <translation>Der Freisteller auf Weiß: dunkle Säume sind hier zu sehen</translation>
    </message>
    <message>
      <source>The cut-out with its transparency to the clipboard, for other programs</source>
      <translation>Den Freisteller mit seiner Transparenz in die Zwischenablage legen, für andere Programme</translation>
    </message>
    <message>
      <source>The language of the window, from the next start on</source>
      <translation>Die Sprache des Fensters, ab dem nächsten Start</translation>
    </message>
    <message>
      <source>The mask in black and white</source>
      <translation>Die Maske in Schwarz und Weiß</translation>
    </message>
    <message>
      <source>The original with the line where the mask is half</source>
      <translation>Das Original mit der Linie, an der die Maske halb ist</translation>
    </message>
    <message>
      <source>The photo as it is</source>
      <translation>Das Foto, wie es ist</translation>
    </message>
    <message>
      <source>Transparent</source>
      <translation>Transparent</translation>
    </message>
    <message>
      <source>Transparent with Brush</source>
      <translation>Mit Pinsel durchscheinend</translation>
    </message>
    <message>
      <source>Turn Anticlockwise</source>
      <translation>Gegen den Uhrzeigersinn drehen</translation>
    </message>
    <message>
      <source>Turn Clockwise</source>
      <translation>Im Uhrzeigersinn drehen</translation>
    </message>
    <message>
      <source>Turn the view back</source>
      <translation>Die Ansicht zurückdrehen</translation>
    </message>
    <message>
      <source>Turn the view by 15° to the left, or hold R and drag</source>
      <translation>Die Ansicht um 15° nach links drehen, oder R halten und ziehen</translation>
    </message>
    <message>
      <source>Turn the view by 15°, or hold R and drag; the photo itself is not turned</source>
      <translation>Die Ansicht um 15° drehen, oder R halten und ziehen; das Foto selbst wird nicht gedreht</translation>
    </message>
    <message>
      <source>Type a few letters of what you want to do, or of a setting that you look for</source>
      <translation>Ein paar Buchstaben von dem tippen, was Sie tun wollen, oder von einer Einstellung, die Sie suchen</translation>
    </message>
    <message>
      <source>Upright</source>
      <translation>Aufrecht</translation>
    </message>
    <message>
      <source>Version, licence, and the card of the built-in model</source>
      <translation>Version, Lizenz und die Karte des eingebauten Modells</translation>
    </message>
    <message>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <source>What is left out in a see-through colour (View panel)</source>
      <translation>Was weggelassen wird, in einer durchscheinenden Farbe (Feld Ansicht)</translation>
    </message>
    <message>
      <source>What models there are: licences, speed, install and import; which one Select Subject uses</source>
      <translation>Welche Modelle es gibt: Lizenzen, Tempo, Installieren und Importieren; welches „Motiv auswählen“ benutzt</translation>
    </message>
    <message>
      <source>What will be saved: background, shadow and subject</source>
      <translation>Was gespeichert wird: Hintergrund, Schatten und Motiv</translation>
    </message>
    <message>
      <source>Zoom In</source>
      <translation>Vergrößern</translation>
    </message>
    <message>
      <source>Zoom Out</source>
      <translation>Verkleinern</translation>
    </message>
  </context>
  <context>
    <name>Drafting</name>
    <message>
      <source>The unsaved work cannot be kept safe: {why}</source>
      <translation>Die ungespeicherte Arbeit kann nicht gesichert werden: {why}</translation>
    </message>
  </context>
  <context>
    <name>DragHandle</name>
    <message>
      <source>Drag Out</source>
      <translation>Herausziehen</translation>
    </message>
    <message>
      <source>Drag from here into another program or a folder: the cut-out as a PNG with transparency, at full resolution, cropped to the subject. By key it is copied instead.</source>
      <translation>Von hier in ein anderes Programm oder einen Ordner ziehen: der Freisteller als PNG mit Transparenz, in voller Auflösung, auf das Motiv beschnitten. Mit der Tastatur wird er stattdessen kopiert.</translation>
    </message>
    <message>
      <source>Drag the cut-out out</source>
      <translation>Den Freisteller herausziehen</translation>
    </message>
    <message>
      <source>Handed over as {name}.</source>
      <translation>Übergeben als {name}.</translation>
    </message>
    <message>
      <source>Hold the button down, and drag the cut-out into another program or a folder.</source>
      <translation>Halten Sie die Taste gedrückt, und ziehen Sie den Freisteller in ein anderes Programm oder einen Ordner.</translation>
    </message>
    <message>
      <source>Making the cut-out ready to be dragged</source>
      <translation>Freisteller wird zum Ziehen vorbereitet</translation>
    </message>
    <message>
      <source>The cut-out is ready to be dragged.</source>
      <translation>Der Freisteller kann gezogen werden.</translation>
    </message>
    <message>
      <source>The cut-out was not ready yet. Drag again when it is.</source>
      <translation>Der Freisteller war noch nicht fertig. Ziehen Sie noch einmal, sobald er es ist.</translation>
    </message>
  </context>
  <context>
    <name>EdgePanel</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source> x</source>
      <translation> x</translation>
    </message>
    <message>
      <source>Band</source>
      <translation>Band</translation>
    </message>
    <message>
      <source>Clean Colours</source>
      <translation>Saubere Farben</translation>
    </message>
    <message>
      <source>Clean colours</source>
      <translation>Saubere Farben</translation>
    </message>
    <message>
      <source>Contrast</source>
      <translation>Kontrast</translation>
    </message>
    <message>
      <source>Feather</source>
      <translation>Weichzeichnen</translation>
    </message>
    <message>
      <source>Hardens the edge.</source>
      <translation>Macht die Kante härter.</translation>
    </message>
    <message>
      <source>How alpha is found in the band: automatic is best for hair, the guided filter is quick, a hard cut is clean. Networks are offered when they are installed (Select ▸ Models).</source>
      <translation>Wie Alpha im Band gefunden wird: automatisch ist für Haare am besten, der geführte Filter ist schnell, ein harter Schnitt sauber. Netze werden angeboten, wenn sie installiert sind (Auswahl ▸ Modelle).</translation>
    </message>
    <message>
      <source>How much of the old background is taken out of the edge's colours.</source>
      <translation>Wie viel vom alten Hintergrund aus den Farben der Kante genommen wird.</translation>
    </message>
    <message>
      <source>How wide a band around the outline is solved. The whole edge is solved again.</source>
      <translation>Wie breit das Band um den Umriss ist, das gelöst wird. Die ganze Kante wird neu gelöst.</translation>
    </message>
    <message>
      <source>Leave the colours as they are: there is no coloured screen.</source>
      <translation>Die Farben lassen, wie sie sind: es gibt keinen farbigen Schirm.</translation>
    </message>
    <message>
      <source>Moves the edge outwards, or inwards when negative.</source>
      <translation>Verschiebt die Kante nach außen, bei negativen Werten nach innen.</translation>
    </message>
    <message>
      <source>Network: {model}</source>
      <translation>Netz: {model}</translation>
    </message>
    <message>
      <source>Network: {model} (not installed)</source>
      <translation>Netz: {model} (nicht installiert)</translation>
    </message>
    <message>
      <source>No Screen</source>
      <translation>Kein Schirm</translation>
    </message>
    <message>
      <source>Reset Shape</source>
      <translation>Form zurücksetzen</translation>
    </message>
    <message>
      <source>Rounds the outline; hair that leaves it stays as it is.</source>
      <translation>Rundet den Umriss; Haare, die aus ihm ragen, bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>Screen</source>
      <translation>Schirm</translation>
    </message>
    <message>
      <source>Screen Colour</source>
      <translation>Schirmfarbe</translation>
    </message>
    <message>
      <source>Screen: none</source>
      <translation>Schirm: keiner</translation>
    </message>
    <message>
      <source>Shape</source>
      <translation>Form</translation>
    </message>
    <message>
      <source>Shift</source>
      <translation>Verschieben</translation>
    </message>
    <message>
      <source>Shift Edge</source>
      <translation>Kante verschieben</translation>
    </message>
    <message>
      <source>Smooth</source>
      <translation>Glätten</translation>
    </message>
    <message>
      <source>Smooth, feather, contrast and shift back to none.</source>
      <translation>Glätten, Weichzeichnen, Kontrast und Verschieben zurück auf nichts.</translation>
    </message>
    <message>
      <source>Softens the edge to both sides.</source>
      <translation>Macht die Kante nach beiden Seiten weicher.</translation>
    </message>
    <message>
      <source>Solver</source>
      <translation>Löser</translation>
    </message>
    <message>
      <source>Solving</source>
      <translation>Lösen</translation>
    </message>
    <message>
      <source>The screen behind the subject, whose spill is taken out of the clean colours (K picks it).</source>
      <translation>Der Schirm hinter dem Motiv, dessen Farbstich aus den sauberen Farben genommen wird (K nimmt ihn auf).</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keines</translation>
    </message>
  </context>
  <context>
    <name>EditorWindow</name>
    <message>
      <source>&amp;Redo</source>
      <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
      <source>&amp;Redo {step}</source>
      <translation>{step} &amp;wiederherstellen</translation>
    </message>
    <message>
      <source>&amp;Undo</source>
      <translation>&amp;Rückgängig</translation>
    </message>
    <message>
      <source>&amp;Undo {step}</source>
      <translation>{step} &amp;rückgängig</translation>
    </message>
    <message>
      <source>Mattework</source>
      <translation>Mattework</translation>
    </message>
    <message>
      <source>The file's layers ({n}) were put together: what they show is cut out. They stay in that file alone.</source>
      <translation>Die Ebenen der Datei ({n}) wurden zusammengesetzt: was sie zeigen, wird freigestellt. Sie bleiben nur in jener Datei.</translation>
    </message>
    <message>
      <source>There is no picture to look at it on yet. Choose one in the View panel.</source>
      <translation>Es gibt noch kein Bild, auf dem es betrachtet werden kann. Wählen Sie eines (Feld Ansicht).</translation>
    </message>
    <message>
      <source>{size}. Everything can still be changed: edge, strokes, background.</source>
      <translation>{size}. Alles lässt sich noch ändern: Kante, Striche, Hintergrund.</translation>
    </message>
    <message>
      <source>{size}. Select Subject finds what stands out; the brushes do the rest.</source>
      <translation>{size}. „Motiv auswählen“ findet, was hervorsticht; die Pinsel tun den Rest.</translation>
    </message>
  </context>
  <context>
    <name>ExportDialog</name>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>&amp;Crop to the subject</source>
      <translation>Auf das Motiv &amp;beschneiden</translation>
    </message>
    <message>
      <source>&amp;Depth</source>
      <translation>Farb&amp;tiefe</translation>
    </message>
    <message>
      <source>&amp;Format</source>
      <translation>&amp;Format</translation>
    </message>
    <message>
      <source>&amp;Long side</source>
      <translation>&amp;Lange Seite</translation>
    </message>
    <message>
      <source>&amp;Margin</source>
      <translation>&amp;Rand</translation>
    </message>
    <message>
      <source>&amp;Quality</source>
      <translation>&amp;Qualität</translation>
    </message>
    <message>
      <source>100 loses nothing. For WebP.</source>
      <translation>100 verliert nichts. Für WebP.</translation>
    </message>
    <message>
      <source>16 bits</source>
      <translation>16 Bit</translation>
    </message>
    <message>
      <source>8 bits</source>
      <translation>8 Bit</translation>
    </message>
    <message>
      <source>As it is</source>
      <translation>Wie es ist</translation>
    </message>
    <message>
      <source>As the photo</source>
      <translation>Wie das Foto</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <source>How finely colours and transparency are kept. For PNG and TIFF.</source>
      <translation>Wie fein Farben und Transparenz bewahrt werden. Für PNG und TIFF.</translation>
    </message>
    <message>
      <source>Leave no more than the subject and its shadow.</source>
      <translation>Nur das Motiv und seinen Schatten übrig lassen.</translation>
    </message>
    <message>
      <source>Off: the shadow is left out.</source>
      <translation>Aus: der Schatten wird weggelassen.</translation>
    </message>
    <message>
      <source>Off: what is around the subject is transparent.</source>
      <translation>Aus: Was das Motiv umgibt, ist transparent.</translation>
    </message>
    <message>
      <source>PNG</source>
      <translation>PNG</translation>
    </message>
    <message>
      <source>PNG, WebP and TIFF hold the flat cut-out, Photoshop all of every layer.</source>
      <translation>PNG, WebP und TIFF enthalten den flachen Freisteller, Photoshop alle Ebenen ganz.</translation>
    </message>
    <message>
      <source>Photoshop, with layers</source>
      <translation>Photoshop, mit Ebenen</translation>
    </message>
    <message>
      <source>Room that is left around the subject.</source>
      <translation>Platz, der um das Motiv gelassen wird.</translation>
    </message>
    <message>
      <source>TIFF, one layer</source>
      <translation>TIFF, eine Ebene</translation>
    </message>
    <message>
      <source>The longer side of the picture. A file with layers keeps its size.</source>
      <translation>Die längere Seite des Bildes. Eine Datei mit Ebenen behält ihre Größe.</translation>
    </message>
    <message>
      <source>WebP</source>
      <translation>WebP</translation>
    </message>
    <message>
      <source>With the &amp;background</source>
      <translation>Mit dem &amp;Hintergrund</translation>
    </message>
    <message>
      <source>With the &amp;shadow</source>
      <translation>Mit dem &amp;Schatten</translation>
    </message>
  </context>
  <context>
    <name>Filing</name>
    <message>
      <source>&amp;Delete It</source>
      <translation>&amp;Löschen</translation>
    </message>
    <message>
      <source>&amp;Later</source>
      <translation>&amp;Später</translation>
    </message>
    <message>
      <source>&amp;Recover</source>
      <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
      <source>All files (*)</source>
      <translation>Alle Dateien (*)</translation>
    </message>
    <message>
      <source>Apply what you did?</source>
      <translation>Übernehmen, was Sie getan haben?</translation>
    </message>
    <message>
      <source>Mattework ended while “{name}” had unsaved work.</source>
      <translation>Mattework endete, während „{name}“ ungespeicherte Arbeit hatte.</translation>
    </message>
    <message>
      <source>No recent files</source>
      <translation>Keine zuletzt benutzten Dateien</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <source>Open &amp;Recent</source>
      <translation>&amp;Zuletzt benutzt</translation>
    </message>
    <message>
      <source>Pictures ({kinds})</source>
      <translation>Bilder ({kinds})</translation>
    </message>
    <message>
      <source>Recover goes on with that work. Delete It gives it up for good. Later asks again.</source>
      <translation>„Wiederherstellen“ macht mit dieser Arbeit weiter. „Löschen“ gibt sie endgültig auf. „Später“ fragt noch einmal.</translation>
    </message>
    <message>
      <source>Recover unsaved work?</source>
      <translation>Ungespeicherte Arbeit wiederherstellen?</translation>
    </message>
    <message>
      <source>Replace the file?</source>
      <translation>Die Datei ersetzen?</translation>
    </message>
    <message>
      <source>Save &amp;As…</source>
      <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
      <source>Save As</source>
      <translation>Speichern unter</translation>
    </message>
    <message>
      <source>Save changes?</source>
      <translation>Änderungen speichern?</translation>
    </message>
    <message>
      <source>Save in another place?</source>
      <translation>An einem anderen Ort speichern?</translation>
    </message>
    <message>
      <source>Something else is being worked on. Wait for it, or cancel it.</source>
      <translation>Es wird gerade an anderem gearbeitet. Warten Sie, oder brechen Sie es ab.</translation>
    </message>
    <message>
      <source>The photo itself is never overwritten. Choose another name.</source>
      <translation>Das Foto selbst wird nie überschrieben. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>This window works for another program. Apply or cancel that first.</source>
      <translation>Dieses Fenster arbeitet für ein anderes Programm. Übernehmen Sie zuerst, oder brechen Sie ab.</translation>
    </message>
    <message>
      <source>Untitled</source>
      <translation>Unbenannt</translation>
    </message>
    <message>
      <source>What you did to “{name}” is not applied yet.</source>
      <translation>Was Sie an „{name}“ getan haben, ist noch nicht übernommen.</translation>
    </message>
    <message>
      <source>What you did to “{name}” is not saved yet.</source>
      <translation>Was Sie an „{name}“ getan haben, ist noch nicht gespeichert.</translation>
    </message>
    <message>
      <source>cutout</source>
      <translation>freisteller</translation>
    </message>
    <message>
      <source>the pasted picture</source>
      <translation>das eingefügte Bild</translation>
    </message>
    <message>
      <source>{name} is there already. Replace it?</source>
      <translation>{name} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
      <source>{name} was changed by another program or window meanwhile. Replace it?</source>
      <translation>{name} wurde inzwischen von einem anderen Programm oder Fenster geändert. Ersetzen?</translation>
    </message>
    <message>
      <source>{why} Your work is still here, and is kept until it is saved.</source>
      <translation>{why} Ihre Arbeit ist noch da und wird aufbewahrt, bis sie gespeichert ist.</translation>
    </message>
    <message>
      <source>“{name}” cannot be saved there.</source>
      <translation>„{name}“ kann dort nicht gespeichert werden.</translation>
    </message>
    <message>
      <source>“{name}” holds the result only. Save what you did as a PSD or TIFF too, to go on with it later?</source>
      <translation>„{name}“ enthält nur das Ergebnis. Die Arbeit auch als PSD oder TIFF speichern, um später weiterzumachen?</translation>
    </message>
    <message>
      <source>“{name}” holds what would be lost. Choose another name.</source>
      <translation>„{name}“ enthält, was verloren ginge. Wählen Sie einen anderen Namen.</translation>
    </message>
  </context>
  <context>
    <name>Gestures</name>
    <message>
      <source>A straight line from where the last stroke ended</source>
      <translation>Eine gerade Linie vom Ende des letzten Strichs</translation>
    </message>
    <message>
      <source>Alt and paint</source>
      <translation>Alt und malen</translation>
    </message>
    <message>
      <source>Ctrl and wheel</source>
      <translation>Strg und Mausrad</translation>
    </message>
    <message>
      <source>Esc</source>
      <translation>Esc</translation>
    </message>
    <message>
      <source>Give up the stroke that you are painting</source>
      <translation>Den Strich aufgeben, den Sie gerade malen</translation>
    </message>
    <message>
      <source>Move the picture</source>
      <translation>Das Bild verschieben</translation>
    </message>
    <message>
      <source>Shift and click</source>
      <translation>Umschalt und Klick</translation>
    </message>
    <message>
      <source>Size of the brush</source>
      <translation>Größe des Pinsels</translation>
    </message>
    <message>
      <source>Space and drag, middle button, arrow keys</source>
      <translation>Leertaste und ziehen, mittlere Taste, Pfeiltasten</translation>
    </message>
    <message>
      <source>The opposite of the brush; Ctrl does the same</source>
      <translation>Das Gegenteil des Pinsels; Strg bewirkt dasselbe</translation>
    </message>
    <message>
      <source>Wheel, pinch</source>
      <translation>Mausrad, Zweifingergeste</translation>
    </message>
    <message>
      <source>Zoom to the pointer</source>
      <translation>Zum Zeiger hin vergrößern</translation>
    </message>
  </context>
  <context>
    <name>HandBackBar</name>
    <message>
      <source>Apply to {host}</source>
      <translation>In {host} übernehmen</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Close the window and change nothing</source>
      <translation>Das Fenster schließen und nichts ändern</translation>
    </message>
    <message>
      <source>Hand back</source>
      <translation>Zurückgeben</translation>
    </message>
    <message>
      <source>Hand mask, clean colours and layers back to {host} and close (Ctrl+S)</source>
      <translation>Maske, saubere Farben und Ebenen an {host} zurückgeben und schließen (Strg+S)</translation>
    </message>
    <message>
      <source>Handing back to {host}</source>
      <translation>Zurückgeben an {host}</translation>
    </message>
    <message>
      <source>The layer</source>
      <translation>Die Ebene</translation>
    </message>
    <message>
      <source>What happens to your work</source>
      <translation>Was mit Ihrer Arbeit geschieht</translation>
    </message>
    <message>
      <source>{host} no longer waits: nothing can be applied. Save your work to a file.</source>
      <translation>{host} wartet nicht mehr: Es kann nichts mehr übernommen werden. Speichern Sie Ihre Arbeit in einer Datei.</translation>
    </message>
    <message>
      <source>{layer} from {host}: nothing changes there until you apply.</source>
      <translation>{layer} aus {host}: dort ändert sich nichts, bevor Sie übernehmen.</translation>
    </message>
  </context>
  <context>
    <name>LayerWidget</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source> (drawn plainly)</source>
      <translation> (schlicht gezeichnet)</translation>
    </message>
    <message>
      <source>How opaque this layer is, here and in the saved file</source>
      <translation>Wie deckend diese Ebene ist, hier und in der gespeicherten Datei</translation>
    </message>
    <message>
      <source>In the saved file it mixes with what is under it; here it is drawn as if it did not.</source>
      <translation>In der gespeicherten Datei mischt sie sich mit dem, was darunter liegt; hier ist sie gezeichnet, als täte sie es nicht.</translation>
    </message>
    <message>
      <source>Opacity of {layer}</source>
      <translation>Deckkraft von {layer}</translation>
    </message>
    <message>
      <source>Show or hide this layer, here and in the saved file</source>
      <translation>Diese Ebene zeigen oder verbergen, hier und in der gespeicherten Datei</translation>
    </message>
    <message>
      <source>Show {layer}</source>
      <translation>{layer} zeigen</translation>
    </message>
  </context>
  <context>
    <name>LayersPanel</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source> (hidden)</source>
      <translation> (verborgen)</translation>
    </message>
    <message>
      <source> (not drawn here)</source>
      <translation> (hier nicht gezeichnet)</translation>
    </message>
    <message>
      <source>Hide {layer}</source>
      <translation>{layer} verbergen</translation>
    </message>
    <message>
      <source>It is in the saved file, but not drawn here: it mixes with what is under it.</source>
      <translation>In der gespeicherten Datei ist sie dabei, hier wird sie nicht gezeichnet: sie mischt sich mit dem, was darunter liegt.</translation>
    </message>
    <message>
      <source>It is seen in the view On Background.</source>
      <translation>Zu sehen ist sie in der Ansicht Auf Hintergrund.</translation>
    </message>
    <message>
      <source>Layers</source>
      <translation>Ebenen</translation>
    </message>
    <message>
      <source>Mask of {layer} Off</source>
      <translation>Maske von {layer} aus</translation>
    </message>
    <message>
      <source>Mask of {layer} On</source>
      <translation>Maske von {layer} an</translation>
    </message>
    <message>
      <source>Opacity of {layer}</source>
      <translation>Deckkraft von {layer}</translation>
    </message>
    <message>
      <source>Other layers of the file, kept as they are</source>
      <translation>Andere Ebenen der Datei, unverändert behalten</translation>
    </message>
    <message>
      <source>Show {layer}</source>
      <translation>{layer} zeigen</translation>
    </message>
    <message>
      <source>This layer of the file is not changed here.</source>
      <translation>Diese Ebene der Datei wird hier nicht verändert.</translation>
    </message>
  </context>
  <context>
    <name>MaskButton</name>
    <message>
      <source>Mask of {layer}</source>
      <translation>Maske von {layer}</translation>
    </message>
    <message>
      <source>The layer mask. Shift and a click switch it off and on, Alt and a click look at it.</source>
      <translation>Die Ebenenmaske. Umschalt und Klick schalten sie aus und an, Alt und Klick zeigen sie.</translation>
    </message>
  </context>
  <context>
    <name>ModelCard</name>
    <message>
      <source>Comes from</source>
      <translation>Kommt von</translation>
    </message>
    <message>
      <source>Fills what was taken out</source>
      <translation>Füllt, was herausgenommen wurde</translation>
    </message>
    <message>
      <source>Finds the subject</source>
      <translation>Findet das Motiv</translation>
    </message>
    <message>
      <source>Learned from</source>
      <translation>Gelernt aus</translation>
    </message>
    <message>
      <source>Licence of the code</source>
      <translation>Lizenz des Codes</translation>
    </message>
    <message>
      <source>Licence of the weights</source>
      <translation>Lizenz der Gewichte</translation>
    </message>
    <message>
      <source>NO</source>
      <translation>NEIN</translation>
    </message>
    <message>
      <source>Paid work</source>
      <translation>Bezahlte Arbeit</translation>
    </message>
    <message>
      <source>See</source>
      <translation>Siehe</translation>
    </message>
    <message>
      <source>Selects what you point at</source>
      <translation>Wählt aus, worauf Sie zeigen</translation>
    </message>
    <message>
      <source>Solves the edge</source>
      <translation>Löst die Kante</translation>
    </message>
    <message>
      <source>Speed here</source>
      <translation>Tempo hier</translation>
    </message>
    <message>
      <source>What it does</source>
      <translation>Was es tut</translation>
    </message>
    <message>
      <source>built in</source>
      <translation>eingebaut</translation>
    </message>
    <message>
      <source>in rembg's folder</source>
      <translation>im Ordner von rembg</translation>
    </message>
    <message>
      <source>installed</source>
      <translation>installiert</translation>
    </message>
    <message>
      <source>unclear</source>
      <translation>unklar</translation>
    </message>
    <message>
      <source>yes</source>
      <translation>ja</translation>
    </message>
    <message>
      <source>{0} of {1} files</source>
      <translation>{0} von {1} Dateien</translation>
    </message>
    <message>
      <source>{0} s a picture on {1}, {2} times the built-in model's time</source>
      <translation>{0} s je Bild auf {1}, das {2}-fache der Zeit des eingebauten Modells</translation>
    </message>
  </context>
  <context>
    <name>ModelsDialog</name>
    <message>
      <source>About the model</source>
      <translation>Über das Modell</translation>
    </message>
    <message>
      <source>Accept the terms?</source>
      <translation>Die Bedingungen annehmen?</translation>
    </message>
    <message>
      <source>All models</source>
      <translation>Alle Modelle</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Delete the model's files from your model folder</source>
      <translation>Die Dateien des Modells aus Ihrem Modellordner löschen</translation>
    </message>
    <message>
      <source>Delete {name} from your model folder?</source>
      <translation>{name} aus Ihrem Modellordner löschen?</translation>
    </message>
    <message>
      <source>Download and Install</source>
      <translation>Laden und installieren</translation>
    </message>
    <message>
      <source>Fetch the files and check them by their hashes</source>
      <translation>Die Dateien holen und an ihren Prüfsummen prüfen</translation>
    </message>
    <message>
      <source>Fetching {name}…</source>
      <translation>{name} wird geholt…</translation>
    </message>
    <message>
      <source>Here</source>
      <translation>Hier</translation>
    </message>
    <message>
      <source>Import File…</source>
      <translation>Datei importieren…</translation>
    </message>
    <message>
      <source>Import a Model</source>
      <translation>Ein Modell importieren</translation>
    </message>
    <message>
      <source>Importing {name}…</source>
      <translation>{name} wird importiert…</translation>
    </message>
    <message>
      <source>Install</source>
      <translation>Installieren</translation>
    </message>
    <message>
      <source>Installed</source>
      <translation>Installiert</translation>
    </message>
    <message>
      <source>It is here already, or nobody published an address and a hash that could be checked</source>
      <translation>Es ist schon hier, oder niemand hat Adresse und Prüfsumme veröffentlicht</translation>
    </message>
    <message>
      <source>Let it find a subject a few times, beside the built-in model</source>
      <translation>Es einige Male ein Motiv finden lassen, neben dem eingebauten Modell</translation>
    </message>
    <message>
      <source>Let this model find the subject, from now on</source>
      <translation>Von nun an dieses Modell das Motiv finden lassen</translation>
    </message>
    <message>
      <source>List all models, those that are here, or those for one purpose</source>
      <translation>Alle Modelle auflisten, die vorhandenen, oder die für einen Zweck</translation>
    </message>
    <message>
      <source>Measure Speed</source>
      <translation>Tempo messen</translation>
    </message>
    <message>
      <source>Measuring {name}…</source>
      <translation>{name} wird gemessen…</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Meldung</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelle</translation>
    </message>
    <message>
      <source>Nothing was done, because the terms were not accepted.</source>
      <translation>Nichts wurde getan, weil die Bedingungen nicht angenommen wurden.</translation>
    </message>
    <message>
      <source>ONNX files (*.onnx)</source>
      <translation>ONNX-Dateien (*.onnx)</translation>
    </message>
    <message>
      <source>One model is built in and works at once. The others are optional: nothing is fetched from the network unless you press Install, and every file is checked by its hash.</source>
      <translation>Ein Modell ist eingebaut und arbeitet sofort. Die anderen sind freiwillig: aus dem Netz wird nur geholt, was Sie zu installieren verlangen, und jede Datei wird an ihrer Prüfsumme geprüft.</translation>
    </message>
    <message>
      <source>Open a photo and select its subject first</source>
      <translation>Erst ein Foto öffnen und sein Motiv auswählen</translation>
    </message>
    <message>
      <source>Paid work</source>
      <translation>Bezahlte Arbeit</translation>
    </message>
    <message>
      <source>Paid work allowed</source>
      <translation>Bezahlte Arbeit erlaubt</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>Fortschritt</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Remove the model?</source>
      <translation>Das Modell entfernen?</translation>
    </message>
    <message>
      <source>Select Subject uses this one</source>
      <translation>„Motiv auswählen“ benutzt dieses</translation>
    </message>
    <message>
      <source>Select Subject uses {name} now.</source>
      <translation>„Motiv auswählen“ benutzt jetzt {name}.</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>Solve the Edge with It</source>
      <translation>Die Kante damit lösen</translation>
    </message>
    <message>
      <source>Solve the open photo's edge again with this network; Edge ▸ Solver takes it back</source>
      <translation>Die Kante des offenen Fotos mit diesem Netz noch einmal lösen; Kante ▸ Löser nimmt es zurück</translation>
    </message>
    <message>
      <source>Take in an ONNX file that you have: known by its hash, or by a record (.toml, .json) beside it</source>
      <translation>Eine ONNX-Datei aufnehmen, die Sie haben: erkannt an ihrer Prüfsumme oder an einem Eintrag (.toml, .json) daneben</translation>
    </message>
    <message>
      <source>Use for Select Subject</source>
      <translation>Für „Motiv auswählen“ benutzen</translation>
    </message>
    <message>
      <source>What it does</source>
      <translation>Was es tut</translation>
    </message>
    <message>
      <source>What there is; what is chosen is told at the right</source>
      <translation>Was es gibt; was gewählt ist, wird rechts beschrieben</translation>
    </message>
    <message>
      <source>Which models are listed</source>
      <translation>Welche Modelle aufgelistet werden</translation>
    </message>
    <message>
      <source>{0} MB</source>
      <translation>{0} MB</translation>
    </message>
    <message>
      <source>{name} is installed.</source>
      <translation>{name} ist installiert.</translation>
    </message>
    <message>
      <source>{name} is not for commercial use. {why} Do you accept these terms?</source>
      <translation>{name} ist nicht für gewerbliche Nutzung. {why} Nehmen Sie diese Bedingungen an?</translation>
    </message>
    <message>
      <source>{name} was imported.</source>
      <translation>{name} wurde importiert.</translation>
    </message>
    <message>
      <source>{name} was removed.</source>
      <translation>{name} wurde entfernt.</translation>
    </message>
  </context>
  <context>
    <name>Output</name>
    <message>
      <source>Copying the cut-out</source>
      <translation>Freisteller wird kopiert</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>Exportieren</translation>
    </message>
    <message>
      <source>Exported {name}.</source>
      <translation>{name} exportiert.</translation>
    </message>
    <message>
      <source>Exporting {name}</source>
      <translation>{name} wird exportiert</translation>
    </message>
    <message>
      <source>Something else is being worked on. Wait for it, or cancel it.</source>
      <translation>Es wird gerade an anderem gearbeitet. Warten Sie, oder brechen Sie es ab.</translation>
    </message>
    <message>
      <source>The cut-out is on the clipboard ({size}).</source>
      <translation>Der Freisteller ist in der Zwischenablage ({size}).</translation>
    </message>
    <message>
      <source>The photo and the saved work are never replaced. Choose another name.</source>
      <translation>Das Foto und die gespeicherte Arbeit werden nie ersetzt. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
      <source>There is no picture on the clipboard.</source>
      <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
      <source>This window works for another program. Apply or cancel that first.</source>
      <translation>Dieses Fenster arbeitet für ein anderes Programm. Übernehmen Sie zuerst, oder brechen Sie ab.</translation>
    </message>
    <message>
      <source>clipboard</source>
      <translation>zwischenablage</translation>
    </message>
    <message>
      <source>cutout</source>
      <translation>freisteller</translation>
    </message>
  </context>
  <context>
    <name>Palette</name>
    <message>
      <source>Command</source>
      <translation>Befehl</translation>
    </message>
    <message>
      <source>Command palette</source>
      <translation>Befehlspalette</translation>
    </message>
    <message>
      <source>Commands</source>
      <translation>Befehle</translation>
    </message>
    <message>
      <source>No command and no setting holds these letters.</source>
      <translation>Kein Befehl und keine Einstellung enthält diese Buchstaben.</translation>
    </message>
    <message>
      <source>Not now: </source>
      <translation>Jetzt nicht: </translation>
    </message>
    <message>
      <source>What do you want to do?</source>
      <translation>Was möchten Sie tun?</translation>
    </message>
    <message>
      <source>What it does</source>
      <translation>Was es tut</translation>
    </message>
  </context>
  <context>
    <name>PartsPanel</name>
    <message>
      <source>Drop</source>
      <translation>Weglassen</translation>
    </message>
    <message>
      <source>Drop Parts</source>
      <translation>Teile weglassen</translation>
    </message>
    <message>
      <source>Fill</source>
      <translation>Füllen</translation>
    </message>
    <message>
      <source>Fill Holes</source>
      <translation>Löcher füllen</translation>
    </message>
    <message>
      <source>Fill the chosen holes.</source>
      <translation>Die gewählten Löcher füllen.</translation>
    </message>
    <message>
      <source>Hole</source>
      <translation>Loch</translation>
    </message>
    <message>
      <source>Keep Only</source>
      <translation>Nur behalten</translation>
    </message>
    <message>
      <source>Keep Parts</source>
      <translation>Teile behalten</translation>
    </message>
    <message>
      <source>One smaller one is not listed; the Bridge brush with Alt removes specks.</source>
      <translation>Ein kleineres ist nicht aufgelistet; der Brückenpinsel mit Alt entfernt Flecken.</translation>
    </message>
    <message>
      <source>Part</source>
      <translation>Teil</translation>
    </message>
    <message>
      <source>Parts</source>
      <translation>Teile</translation>
    </message>
    <message>
      <source>Pieces of the cut-out that hang together, and holes in it, the largest first.</source>
      <translation>Zusammenhängende Stücke des Freistellers und Löcher darin, die größten zuerst.</translation>
    </message>
    <message>
      <source>Take all parts away but the chosen ones.</source>
      <translation>Alle Teile außer den gewählten wegnehmen.</translation>
    </message>
    <message>
      <source>Take the chosen parts away.</source>
      <translation>Die gewählten Teile wegnehmen.</translation>
    </message>
    <message>
      <source>{n} smaller ones are not listed; the Bridge brush with Alt removes specks.</source>
      <translation>{n} kleinere sind nicht aufgelistet; der Brückenpinsel mit Alt entfernt Flecken.</translation>
    </message>
    <message>
      <source>{title}, {area} px</source>
      <translation>{title}, {area} px</translation>
    </message>
  </context>
  <context>
    <name>ReviewDock</name>
    <message>
      <source>All photos have been looked at.</source>
      <translation>Alle Fotos sind durchgesehen.</translation>
    </message>
    <message>
      <source>Approve</source>
      <translation>Annehmen</translation>
    </message>
    <message>
      <source>Beside the photos</source>
      <translation>Neben die Fotos</translation>
    </message>
    <message>
      <source>Cuts cannot be kept for another time: {why}</source>
      <translation>Was freigestellt wurde, kann nicht für ein anderes Mal aufgehoben werden: {why}</translation>
    </message>
    <message>
      <source>How far it is</source>
      <translation>Wie weit es ist</translation>
    </message>
    <message>
      <source>Into {name}</source>
      <translation>Nach {name}</translation>
    </message>
    <message>
      <source>Needs a look</source>
      <translation>Braucht einen Blick</translation>
    </message>
    <message>
      <source>Photos</source>
      <translation>Fotos</translation>
    </message>
    <message>
      <source>Review</source>
      <translation>Durchsehen</translation>
    </message>
    <message>
      <source>Save approved files in</source>
      <translation>Angenommene Dateien speichern in</translation>
    </message>
    <message>
      <source>Save nothing and go on to the next photo (Ctrl+Backspace)</source>
      <translation>Nichts speichern und zum nächsten Foto gehen (Strg+Rücktaste)</translation>
    </message>
    <message>
      <source>Save the layered file and go on to the next photo (Ctrl+Return)</source>
      <translation>Die Ebenendatei speichern und zum nächsten Foto gehen (Strg+Eingabe)</translation>
    </message>
    <message>
      <source>Show only photos where the model is not sure, or that failed</source>
      <translation>Nur Fotos zeigen, bei denen das Modell unsicher ist oder die misslangen</translation>
    </message>
    <message>
      <source>Skip</source>
      <translation>Überspringen</translation>
    </message>
    <message>
      <source>The folder that approved files are saved into</source>
      <translation>Der Ordner, in den angenommene Dateien gespeichert werden</translation>
    </message>
    <message>
      <source>The photos, those that need a look first; a click opens one</source>
      <translation>Die Fotos, zuerst die, die einen Blick brauchen; ein Klick öffnet eines</translation>
    </message>
    <message>
      <source>What you decide here cannot be kept for another time: {why}</source>
      <translation>Was Sie hier entscheiden, kann nicht für ein anderes Mal aufgehoben werden: {why}</translation>
    </message>
    <message>
      <source>{done} of {all} done, {unsure} to look at, {waiting} still to be cut</source>
      <translation>{done} von {all} erledigt, {unsure} anzusehen, {waiting} noch freizustellen</translation>
    </message>
    <message>
      <source>{name} cannot be opened. Skip passes it.</source>
      <translation>{name} lässt sich nicht öffnen. Überspringen geht darüber hinweg.</translation>
    </message>
  </context>
  <context>
    <name>ReviewStrip</name>
    <message>
      <source>This cut cannot be kept for another time.</source>
      <translation>Was hier freigestellt wurde, kann nicht für ein anderes Mal aufgehoben werden.</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>misslungen</translation>
    </message>
    <message>
      <source>ready</source>
      <translation>fertig</translation>
    </message>
    <message>
      <source>skipped</source>
      <translation>übersprungen</translation>
    </message>
    <message>
      <source>waiting</source>
      <translation>wartet</translation>
    </message>
    <message>
      <source>{0} % sure</source>
      <translation>{0} % sicher</translation>
    </message>
    <message>
      <source>✓ approved</source>
      <translation>✓ angenommen</translation>
    </message>
    <message>
      <source>✗ unreadable</source>
      <translation>✗ unlesbar</translation>
    </message>
  </context>
  <context>
    <name>ScreenColour</name>
    <message>
      <source>Click inside the photo.</source>
      <translation>Klicken Sie in das Foto.</translation>
    </message>
    <message>
      <source>Colours are left as they are.</source>
      <translation>Die Farben bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>It is neither green nor blue: undo, if it is the subject's.</source>
      <translation>Er ist weder grün noch blau: Machen Sie es rückgängig, falls es das Motiv war.</translation>
    </message>
    <message>
      <source>Screen {colour}: its spill is taken out of the clean colours.</source>
      <translation>Schirm {colour}: Sein Farbstich wird aus den sauberen Farben genommen.</translation>
    </message>
  </context>
  <context>
    <name>Selecting</name>
    <message>
      <source>Select Subject</source>
      <translation>Motiv auswählen</translation>
    </message>
    <message>
      <source>Selecting the object</source>
      <translation>Objekt wird ausgewählt</translation>
    </message>
    <message>
      <source>Selecting the subject</source>
      <translation>Motiv wird ausgewählt</translation>
    </message>
    <message>
      <source>Solving the edge</source>
      <translation>Kante wird gelöst</translation>
    </message>
    <message>
      <source>looking at what you point at</source>
      <translation>ansehen, worauf Sie zeigen</translation>
    </message>
  </context>
  <context>
    <name>Sentences</name>
    <message>
      <source>A group has no head in the file; its layers were kept without the group.</source>
      <translation>Einer Gruppe fehlt in der Datei der Kopf; ihre Ebenen blieben ohne die Gruppe.</translation>
    </message>
    <message>
      <source>A layer “{layer}” was kept: it is not as it was made, or not the only one, so it may be your own. Delete it if it is not.</source>
      <translation>Eine Ebene „{layer}“ wurde behalten: sie ist nicht, wie sie gemacht wurde, oder nicht die einzige, sie kann also Ihre eigene sein. Löschen Sie sie, wenn nicht.</translation>
    </message>
    <message>
      <source>A picture of {size} pixels does not fit into a Photoshop document (at most {most} a side). Save it as TIFF, or make it smaller.</source>
      <translation>Ein Bild mit {size} Pixeln passt nicht in ein Photoshop-Dokument (höchstens {most} je Seite). Speichern Sie es als TIFF, oder verkleinern Sie es.</translation>
    </message>
    <message>
      <source>A {kind} lies outside the photo, which is {size} pixels.</source>
      <translation>Eine Geste ({kind}) liegt außerhalb des Fotos, das {size} Pixel hat.</translation>
    </message>
    <message>
      <source>Another Mattework is fetching {file} just now. Wait until it is done, then try again.</source>
      <translation>Ein anderes Mattework lädt {file} gerade. Warten Sie, bis es fertig ist, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
      <source>Extra channels of the TIFF were left out: {count}.</source>
      <translation>Zusätzliche Kanäle des TIFF wurden weggelassen: {count}.</translation>
    </message>
    <message>
      <source>Float samples outside 0 to 1 were clipped for {depth}-bit {kind}.</source>
      <translation>Gleitkommawerte außerhalb von 0 bis 1 wurden für {kind} mit {depth} Bit beschnitten.</translation>
    </message>
    <message>
      <source>HEIC with {count} pictures: the main one was taken.</source>
      <translation>HEIC mit {count} Bildern: das Hauptbild wurde genommen.</translation>
    </message>
    <message>
      <source>JPEG has no transparency: flattened on white.</source>
      <translation>JPEG kennt keine Transparenz: auf Weiß reduziert.</translation>
    </message>
    <message>
      <source>JPEG holds at most 64 KB of EXIF data: they were left out.</source>
      <translation>JPEG fasst höchstens 64 KB EXIF-Daten: sie wurden weggelassen.</translation>
    </message>
    <message>
      <source>JPEG holds at most 64 KB of XMP data: they were left out.</source>
      <translation>JPEG fasst höchstens 64 KB XMP-Daten: sie wurden weggelassen.</translation>
    </message>
    <message>
      <source>Layer “{layer}”: a fill ({kind}) has no pixels and was left out.</source>
      <translation>Ebene „{layer}“: eine Füllung ({kind}) hat keine Pixel und wurde weggelassen.</translation>
    </message>
    <message>
      <source>Layer “{layer}”: a solid colour was turned into pixels.</source>
      <translation>Ebene „{layer}“: eine Volltonfarbe wurde in Pixel umgewandelt.</translation>
    </message>
    <message>
      <source>Layer “{layer}”: an adjustment ({kind}) was left out; the colours under it are unadjusted.</source>
      <translation>Ebene „{layer}“: eine Einstellung ({kind}) wurde weggelassen; die Farben darunter sind ohne sie.</translation>
    </message>
    <message>
      <source>Layer “{layer}”: {count} samples were no numbers and were set to 0.</source>
      <translation>Ebene „{layer}“: {count} Werte waren keine Zahlen und wurden auf 0 gesetzt.</translation>
    </message>
    <message>
      <source>Layer “{layer}”: {what}.</source>
      <translation>Ebene „{layer}“: {what}.</translation>
    </message>
    <message>
      <source>More bytes are to come and {folder} has {free} MB of space left. Make room first.</source>
      <translation>Es sollen noch mehr Bytes kommen, und {folder} hat noch {free} MB Platz. Schaffen Sie erst Platz.</translation>
    </message>
    <message>
      <source>No background is known near what was painted as transparent, so it was solved as any unknown edge. Mark some of the background beside it with a stroke.</source>
      <translation>Neben dem, was als transparent gemalt ist, ist kein Hintergrund bekannt; darum wurde es wie jede unbekannte Kante gelöst. Markieren Sie daneben etwas Hintergrund mit einem Strich.</translation>
    </message>
    <message>
      <source>No clean colours were asked for, so the spill of the screen was left too.</source>
      <translation>Saubere Farben waren nicht verlangt; darum blieb auch der Farbstich des Schirms.</translation>
    </message>
    <message>
      <source>No layer holds the photo any more, so its layers ({count}) are put together.</source>
      <translation>Keine Ebene enthält mehr das Foto, darum werden die Ebenen ({count}) zusammengesetzt.</translation>
    </message>
    <message>
      <source>No subject was found: everything is background. Point at it, or give a mask or trimap of your own.</source>
      <translation>Es wurde kein Motiv gefunden: alles ist Hintergrund. Zeigen Sie darauf, oder geben Sie eine eigene Maske oder Trimap.</translation>
    </message>
    <message>
      <source>Nothing is unknown in the trimap, so no edge was solved.</source>
      <translation>In der Trimap ist nichts unbekannt, also wurde keine Kante gelöst.</translation>
    </message>
    <message>
      <source>Only closed-form matting looks through what was painted as transparent; here it was solved as any unknown edge.</source>
      <translation>Nur die geschlossene Form sieht durch das hindurch, was als transparent gemalt ist; hier wurde es wie jede unbekannte Kante gelöst.</translation>
    </message>
    <message>
      <source>Photoshop itself has no 32-bit {mode} documents and may refuse this file.</source>
      <translation>Photoshop selbst kennt keine 32-Bit-Dokumente im Modus {mode} und lehnt diese Datei vielleicht ab.</translation>
    </message>
    <message>
      <source>Saved selections and spot channels are not kept ({count} in this file).</source>
      <translation>Gespeicherte Auswahlen und Volltonkanäle bleiben nicht erhalten ({count} in dieser Datei).</translation>
    </message>
    <message>
      <source>Texts of the PNG are not kept: {names}.</source>
      <translation>Texte der PNG-Datei werden nicht behalten: {names}.</translation>
    </message>
    <message>
      <source>The EXIF data are damaged and were left out.</source>
      <translation>Die EXIF-Daten sind beschädigt und wurden weggelassen.</translation>
    </message>
    <message>
      <source>The Mattework engine cannot be started: {program}: {why}.</source>
      <translation>Die Mattework-Engine lässt sich nicht starten: {program}: {why}.</translation>
    </message>
    <message>
      <source>The Mattework engine has not answered for {seconds} seconds and was stopped. Try again.</source>
      <translation>Die Mattework-Engine hat {seconds} Sekunden nicht geantwortet und wurde angehalten. Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
      <source>The Mattework engine runs but has not answered for {seconds} seconds and was stopped. Try again.</source>
      <translation>Die Mattework-Engine läuft, hat aber {seconds} Sekunden nicht geantwortet und wurde angehalten. Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
      <source>The Mattework engine {what} (exit code {code}). It said nothing.</source>
      <translation>Die Mattework-Engine {what} (Rückgabewert {code}). Sie sagte nichts.</translation>
    </message>
    <message>
      <source>The Mattework engine {what} (exit code {code}). It said: {words}</source>
      <translation>Die Mattework-Engine {what} (Rückgabewert {code}). Sie sagte: {words}</translation>
    </message>
    <message>
      <source>The PNG is animated: its still picture was taken.</source>
      <translation>Das PNG ist animiert: sein Standbild wurde genommen.</translation>
    </message>
    <message>
      <source>The PNG names its colours by numbers ({primaries}/{transfer}), which is not read: they are taken for sRGB.</source>
      <translation>Die PNG-Datei nennt ihre Farben durch Zahlen ({primaries}/{transfer}); das wird nicht gelesen, sie gelten als sRGB.</translation>
    </message>
    <message>
      <source>The PNG names its primaries without a gamma, which is not read: they are taken for sRGB.</source>
      <translation>Die PNG-Datei nennt ihre Grundfarben ohne Gamma; das wird nicht gelesen, sie gelten als sRGB.</translation>
    </message>
    <message>
      <source>The TIFF asks to be turned when shown; its layers were kept as they are stored.</source>
      <translation>Das TIFF will beim Zeigen gedreht werden; seine Ebenen blieben, wie sie gespeichert sind.</translation>
    </message>
    <message>
      <source>The TIFF's {kind} samples were converted to 32-bit float.</source>
      <translation>Die Werte des TIFF ({kind}) wurden in 32-Bit-Gleitkomma umgewandelt.</translation>
    </message>
    <message>
      <source>The XMP data are damaged and were left out.</source>
      <translation>Die XMP-Daten sind beschädigt und wurden weggelassen.</translation>
    </message>
    <message>
      <source>The built-in model {model} lacks {files} in {folder}: this copy of Mattework is incomplete. Install it again.</source>
      <translation>Dem eingebauten Modell {model} fehlt {files} in {folder}: dieses Mattework ist unvollständig. Installieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>The clean colours are not as they were made: somebody may have painted on them. They were kept, hidden, as the layer “{layer}”; the new ones are made from the photo. What is painted on the photo stays in them.</source>
      <translation>Die sauberen Farben sind nicht mehr, wie sie gemacht wurden: vielleicht hat jemand darauf gemalt. Sie wurden ausgeblendet als Ebene „{layer}“ behalten; die neuen sind aus dem Foto gemacht. Was auf das Foto gemalt ist, bleibt in ihnen.</translation>
    </message>
    <message>
      <source>The colour profile is damaged or of another colour mode and was ignored.</source>
      <translation>Das Farbprofil ist beschädigt oder gehört zu einem anderen Farbmodus und wurde übergangen.</translation>
    </message>
    <message>
      <source>The document has no colour profile: its inks were converted by a plain formula.</source>
      <translation>Das Dokument hat kein Farbprofil: seine Druckfarben wurden nach einer einfachen Formel umgewandelt.</translation>
    </message>
    <message>
      <source>The document is too large for PSD and was written as PSB (Photoshop's large document format).</source>
      <translation>Das Dokument ist zu groß für PSD und wurde als PSB geschrieben (Photoshops großes Dokumentformat).</translation>
    </message>
    <message>
      <source>The edge of this recipe was refined by another version of {model} ({old}); the one that is here ({hash}) solved it anew.</source>
      <translation>Die Kante dieses Rezepts hat eine andere Version von {model} verfeinert ({old}); die vorhandene ({hash}) hat sie neu gelöst.</translation>
    </message>
    <message>
      <source>The edge was solved by closed form alone.</source>
      <translation>Die Kante wurde von der geschlossenen Form allein gelöst.</translation>
    </message>
    <message>
      <source>The edge was solved by {model} ({hash}) on {device}.</source>
      <translation>Die Kante wurde von {model} ({hash}) auf {device} gelöst.</translation>
    </message>
    <message>
      <source>The file is a cut-out already: what it shows was cut again. To change its edge, refine it instead.</source>
      <translation>Die Datei ist schon ein Freisteller: was sie zeigt, wurde noch einmal freigestellt. Um ihre Kante zu ändern, verfeinern Sie sie stattdessen.</translation>
    </message>
    <message>
      <source>The file no longer holds the photo as a layer; the layer {layer} was used. It shows none of the old background at the edge, so the new edge may lie farther out: look at it.</source>
      <translation>Die Datei enthält das Foto nicht mehr als Ebene; die Ebene {layer} wurde genommen. Sie zeigt an der Kante nichts vom alten Hintergrund, die neue Kante kann daher weiter außen liegen: sehen Sie sie an.</translation>
    </message>
    <message>
      <source>The file no longer holds the photo as a layer; what its visible layers make together was used.</source>
      <translation>Die Datei enthält das Foto nicht mehr als Ebene; genommen wurde, was ihre sichtbaren Ebenen zusammen ergeben.</translation>
    </message>
    <message>
      <source>The file no longer holds the photo: its layers “{photo}” and “{clean}” are gone. Put the photo back as a layer “{name}” that fills the picture, or cut the photo out again.</source>
      <translation>Die Datei enthält das Foto nicht mehr: ihre Ebenen „{photo}“ und „{clean}“ sind weg. Legen Sie das Foto wieder als Ebene „{name}“ hinein, die das Bild füllt, oder stellen Sie das Foto neu frei.</translation>
    </message>
    <message>
      <source>The file's image resources are damaged; some of its metadata were left out.</source>
      <translation>Die Bildressourcen der Datei sind beschädigt; ein Teil ihrer Metadaten wurde weggelassen.</translation>
    </message>
    <message>
      <source>The file's image resources take over {size} MB; some were left out.</source>
      <translation>Die Bildressourcen der Datei nehmen mehr als {size} MB ein; einige wurden weggelassen.</translation>
    </message>
    <message>
      <source>The file's layers ({count}) were put together; what they show was cut out.</source>
      <translation>Die Ebenen der Datei ({count}) wurden zusammengefügt; was sie zeigen, wurde freigestellt.</translation>
    </message>
    <message>
      <source>The file's {things} are not kept: they belong to its layers as they were.</source>
      <translation>Nicht bewahrt wird: {things}. Sie gehören zu den Ebenen, wie sie waren.</translation>
    </message>
    <message>
      <source>The file's {things} were left out: the photo was turned upright.</source>
      <translation>Weggelassen wurde: {things}. Das Foto wurde aufrecht gedreht.</translation>
    </message>
    <message>
      <source>The file's {things} were left out: the picture has another size now.</source>
      <translation>Weggelassen wurde: {things}. Das Bild hat jetzt eine andere Größe.</translation>
    </message>
    <message>
      <source>The flat page of the TIFF shows the picture on white; the transparency is in its layers.</source>
      <translation>Die flache Seite des TIFF zeigt das Bild auf Weiß; die Transparenz steckt in seinen Ebenen.</translation>
    </message>
    <message>
      <source>The ground is one flat colour, so all that differs from it was taken for the subject.</source>
      <translation>Der Grund hat eine einzige Farbe, also wurde alles, was davon abweicht, als Motiv genommen.</translation>
    </message>
    <message>
      <source>The inks of a {kind} picture are not kept: its channels were read as {mode}.</source>
      <translation>Die Druckfarben eines Bildes im Modus {kind} bleiben nicht erhalten: seine Kanäle wurden als {mode} gelesen.</translation>
    </message>
    <message>
      <source>The layers of this very large TIFF cannot be read; its flat picture was taken.</source>
      <translation>Die Ebenen dieses sehr großen TIFF lassen sich nicht lesen; sein flaches Bild wurde genommen.</translation>
    </message>
    <message>
      <source>The mask of layer “{layer}” was trimmed to the layer's own rectangle.</source>
      <translation>Die Maske der Ebene „{layer}“ wurde auf das Rechteck der Ebene beschnitten.</translation>
    </message>
    <message>
      <source>The mask of {mask} pixels was scaled to the photo's {photo}, which has other proportions: see that it is this photo's mask.</source>
      <translation>Die Maske mit {mask} Pixeln wurde auf die {photo} des Fotos skaliert, das andere Seitenverhältnisse hat: sehen Sie nach, ob es die Maske dieses Fotos ist.</translation>
    </message>
    <message>
      <source>The mask of {mask} pixels was scaled to the photo's {photo}.</source>
      <translation>Die Maske mit {mask} Pixeln wurde auf die {photo} des Fotos skaliert.</translation>
    </message>
    <message>
      <source>The mask was changed by hand since it was made; that work is not in the new edge, only in the file it came from.</source>
      <translation>Die Maske wurde seither von Hand geändert; diese Arbeit ist nicht in der neuen Kante, nur in der Datei, aus der sie kam.</translation>
    </message>
    <message>
      <source>The mask was changed by hand since it was made; that work is not in the new edge.</source>
      <translation>Die Maske wurde seither von Hand geändert; diese Arbeit ist nicht in der neuen Kante.</translation>
    </message>
    <message>
      <source>The merged picture in the file is {why}. The layers are sound and were used.</source>
      <translation>Das zusammengefügte Bild in der Datei ist {why}. Die Ebenen sind heil und wurden genommen.</translation>
    </message>
    <message>
      <source>The network cannot be used as this machine is set up ({why}). See the environment variables ALL_PROXY, HTTP_PROXY and HTTPS_PROXY, whose proxies must be http or https addresses, and SSL_CERT_FILE.</source>
      <translation>Das Netz lässt sich so, wie dieser Rechner eingestellt ist, nicht benutzen ({why}). Sehen Sie nach den Umgebungsvariablen ALL_PROXY, HTTP_PROXY und HTTPS_PROXY, deren Proxys http- oder https-Adressen sein müssen, und nach SSL_CERT_FILE.</translation>
    </message>
    <message>
      <source>The old clean colours could not be told for sure among the layers. If “{layer}” is them, it still shows the cut as it was: hide it or delete it.</source>
      <translation>Die alten sauberen Farben ließen sich unter den Ebenen nicht sicher erkennen. Ist es die Ebene „{layer}“, zeigt sie noch den alten Ausschnitt: blenden Sie sie aus oder löschen Sie sie.</translation>
    </message>
    <message>
      <source>The photo has a soft edge of its own, which stays: edge settings change the mask that lies over it.</source>
      <translation>Das Foto hat selbst eine weiche Kante, die bleibt: Die Kanteneinstellungen ändern die Maske, die darüberliegt.</translation>
    </message>
    <message>
      <source>The photo has changed since the recipe was made; the layer {layer} was used.</source>
      <translation>Das Foto hat sich geändert, seit das Rezept gemacht wurde; die Ebene {layer} wurde genommen.</translation>
    </message>
    <message>
      <source>The photo is gray and so is its background. For colours behind it, save it as RGB first.</source>
      <translation>Das Foto ist grau, und so auch sein Hintergrund. Für Farben dahinter speichern Sie es erst als RGB.</translation>
    </message>
    <message>
      <source>The picture was cropped, turned or scaled since it was cut: the work goes on from the mask in the file, without the strokes and edge settings of before.</source>
      <translation>Das Bild wurde seit dem Freistellen beschnitten, gedreht oder skaliert: Es geht mit der Maske in der Datei weiter, ohne die Striche und Kanteneinstellungen von vorher.</translation>
    </message>
    <message>
      <source>The picture's lower border cuts the subject off, so its foot is not seen; the ground of its shadow was taken to be there.</source>
      <translation>Der untere Bildrand schneidet das Motiv ab, sein Fuß ist nicht zu sehen; der Boden seines Schattens wurde dort angenommen.</translation>
    </message>
    <message>
      <source>The pictures stored with the recipe are damaged. It cannot be re-applied.</source>
      <translation>Die Bilder, die mit dem Rezept gespeichert sind, sind beschädigt. Es lässt sich nicht wieder anwenden.</translation>
    </message>
    <message>
      <source>The point {point} lies outside the photo, which is {size} pixels.</source>
      <translation>Der Punkt {point} liegt außerhalb des Fotos, das {size} Pixel hat.</translation>
    </message>
    <message>
      <source>The recipe cannot be re-applied: {why}</source>
      <translation>Das Rezept lässt sich nicht wieder anwenden: {why}</translation>
    </message>
    <message>
      <source>The recipe cannot be read: {why}.</source>
      <translation>Das Rezept lässt sich nicht lesen: {why}.</translation>
    </message>
    <message>
      <source>The recipe does not say which network solved its edge; the installed one was taken.</source>
      <translation>Das Rezept sagt nicht, welches Netz seine Kante gelöst hat; das installierte wurde genommen.</translation>
    </message>
    <message>
      <source>The recipe has version {version}; this Mattework reads up to {known}. Install a newer Mattework.</source>
      <translation>Das Rezept hat die Version {version}; dieses Mattework liest bis {known}. Installieren Sie ein neueres Mattework.</translation>
    </message>
    <message>
      <source>The recipe rests on a trimap of {size} pixels, and the photo has {found}: it is another photo's. Cut this photo with a trimap of its own.</source>
      <translation>Das Rezept beruht auf einer Trimap von {size} Pixeln, und das Foto hat {found}: es gehört zu einem anderen Foto. Stellen Sie dieses Foto mit einer eigenen Trimap frei.</translation>
    </message>
    <message>
      <source>The recipe was made for the layer “{layer}” alone, which does not fill the picture. Use `mattework refine` or `mattework.refine_layer`, which make that layer's mask again and change nothing else.</source>
      <translation>Das Rezept gilt allein der Ebene „{layer}“, die das Bild nicht ausfüllt. Nehmen Sie `mattework refine` oder `mattework.refine_layer`, die die Maske dieser Ebene neu anlegen und sonst nichts ändern.</translation>
    </message>
    <message>
      <source>The screen {colour} is not a colour with a hue. Write green, blue, or as in #00b140.</source>
      <translation>Der Schirm {colour} ist keine Farbe mit einem Farbton. Schreiben Sie green, blue, oder wie in #00b140.</translation>
    </message>
    <message>
      <source>The solver "neural" needs a matting model that takes a trimap, and none is installed. {how}</source>
      <translation>Der Löser „neural“ braucht ein Matting-Modell, das eine Trimap nimmt, und keines ist installiert. {how}</translation>
    </message>
    <message>
      <source>The spill of a screen can only be removed from RGB pictures; it was left.</source>
      <translation>Der Farbstich eines Schirms lässt sich nur aus RGB-Bildern entfernen; er blieb.</translation>
    </message>
    <message>
      <source>The trimap lays the unknown band itself: the width that was set for it was not used.</source>
      <translation>Die Trimap legt das unbekannte Band selbst: die dafür eingestellte Breite wurde nicht verwendet.</translation>
    </message>
    <message>
      <source>The trimap marks no {kind}, so closed-form matting has nothing to go by; {used} was used. Mark some of it with a stroke for a better edge.</source>
      <translation>Die Trimap kennzeichnet keinen {kind}, also hat die geschlossene Form keinen Anhalt; benutzt wurde {used}. Ein Strich darauf macht die Kante besser.</translation>
    </message>
    <message>
      <source>The {what} stored with the recipe is damaged, so it cannot be re-applied. Cut the photo out again.</source>
      <translation>Das im Rezept gespeicherte Bild ({what}) ist beschädigt, daher lässt es sich nicht wieder anwenden. Stellen Sie das Foto noch einmal frei.</translation>
    </message>
    <message>
      <source>There is not enough memory to run {model} on {device}. Close other programs, use a smaller input size, a lighter model or --device cpu.</source>
      <translation>Der Speicher reicht nicht, um {model} auf {device} laufen zu lassen. Schließen Sie andere Programme, nehmen Sie eine kleinere Eingabegröße, ein leichteres Modell oder --device cpu.</translation>
    </message>
    <message>
      <source>There is not enough memory to write this picture. Close other programs, or make it smaller.</source>
      <translation>Der Speicher reicht nicht, um dieses Bild zu schreiben. Schließen Sie andere Programme, oder verkleinern Sie es.</translation>
    </message>
    <message>
      <source>There is not enough memory to write this {kind} file. Save it as PNG, or make it smaller.</source>
      <translation>Der Speicher reicht nicht, um diese Datei ({kind}) zu schreiben. Speichern Sie sie als PNG, oder verkleinern Sie das Bild.</translation>
    </message>
    <message>
      <source>To see why, run `mattework worker` in a terminal; if it does not start, install Mattework again.</source>
      <translation>Um zu sehen, warum, führen Sie `mattework worker` in einem Terminal aus; startet es nicht, installieren Sie Mattework noch einmal.</translation>
    </message>
    <message>
      <source>What {address} sent is not {file} of the record: its hash differs. It was deleted. Try again, or another mirror.</source>
      <translation>Was {address} geschickt hat, ist nicht {file} aus dem Eintrag: die Prüfsumme ist anders. Es wurde gelöscht. Versuchen Sie es noch einmal, oder mit einem anderen Spiegel.</translation>
    </message>
    <message>
      <source>a mark was not followed by the network; the mask was corrected around it</source>
      <translation>das Netz ist einer Markierung nicht gefolgt; die Maske wurde um sie herum berichtigt</translation>
    </message>
    <message>
      <source>a plain interpolation</source>
      <translation>eine einfache Interpolation</translation>
    </message>
    <message>
      <source>a shape was kept as pixels</source>
      <translation>eine Form blieb als Pixel erhalten</translation>
    </message>
    <message>
      <source>a smart object was kept as pixels</source>
      <translation>ein Smartobjekt blieb als Pixel erhalten</translation>
    </message>
    <message>
      <source>a vector mask is not applied</source>
      <translation>eine Vektormaske wird nicht angewandt</translation>
    </message>
    <message>
      <source>a vector mask was kept as a pixel mask</source>
      <translation>eine Vektormaske blieb als Pixelmaske erhalten</translation>
    </message>
    <message>
      <source>background</source>
      <translation>Hintergrund</translation>
    </message>
    <message>
      <source>black and white</source>
      <translation>Schwarzweiß</translation>
    </message>
    <message>
      <source>blending by tonal range (“blend if”) is not applied</source>
      <translation>die Füllmethode nach Tonwert („Mischen, wenn“) wird nicht angewandt</translation>
    </message>
    <message>
      <source>brightness and contrast</source>
      <translation>Helligkeit und Kontrast</translation>
    </message>
    <message>
      <source>channel mixer</source>
      <translation>Kanalmixer</translation>
    </message>
    <message>
      <source>colour balance</source>
      <translation>Farbbalance</translation>
    </message>
    <message>
      <source>colour lookup</source>
      <translation>Farb-Lookup</translation>
    </message>
    <message>
      <source>curves</source>
      <translation>Gradationskurven</translation>
    </message>
    <message>
      <source>did not start</source>
      <translation>ist nicht angelaufen</translation>
    </message>
    <message>
      <source>edges are uncertain over {share} % of the outline</source>
      <translation>Kanten sind auf {share} % des Umrisses unsicher</translation>
    </message>
    <message>
      <source>exposure</source>
      <translation>Belichtung</translation>
    </message>
    <message>
      <source>fill opacity was taken into the layer's opacity</source>
      <translation>die Deckkraft der Fläche wurde in die der Ebene genommen</translation>
    </message>
    <message>
      <source>foreground</source>
      <translation>Vordergrund</translation>
    </message>
    <message>
      <source>foreground and no background</source>
      <translation>Vordergrund und keinen Hintergrund</translation>
    </message>
    <message>
      <source>four</source>
      <translation>vier</translation>
    </message>
    <message>
      <source>gradient</source>
      <translation>Verlauf</translation>
    </message>
    <message>
      <source>gradient map</source>
      <translation>Verlaufsumsetzung</translation>
    </message>
    <message>
      <source>gray</source>
      <translation>Grau</translation>
    </message>
    <message>
      <source>hue and saturation</source>
      <translation>Farbton und Sättigung</translation>
    </message>
    <message>
      <source>invert</source>
      <translation>Umkehren</translation>
    </message>
    <message>
      <source>it refuses the model</source>
      <translation>es nimmt das Modell nicht</translation>
    </message>
    <message>
      <source>its memory is too small</source>
      <translation>sein Speicher reicht nicht</translation>
    </message>
    <message>
      <source>knockout is not applied</source>
      <translation>die Aussparung wird nicht angewandt</translation>
    </message>
    <message>
      <source>layer effects are not shown</source>
      <translation>Ebeneneffekte werden nicht gezeigt</translation>
    </message>
    <message>
      <source>levels</source>
      <translation>Tonwertkorrektur</translation>
    </message>
    <message>
      <source>nearly all of the frame looks like one</source>
      <translation>fast das ganze Bild sieht wie eines aus</translation>
    </message>
    <message>
      <source>nearly all of the picture is selected</source>
      <translation>fast das ganze Bild ist ausgewählt</translation>
    </message>
    <message>
      <source>no clear subject found</source>
      <translation>kein klares Motiv gefunden</translation>
    </message>
    <message>
      <source>no separate thing was found in what is to be taken away; all of it was taken</source>
      <translation>in dem, was weg soll, wurde kein eigener Gegenstand gefunden; alles davon wurde weggenommen</translation>
    </message>
    <message>
      <source>nothing was found there</source>
      <translation>dort wurde nichts gefunden</translation>
    </message>
    <message>
      <source>nothing was pointed at yet</source>
      <translation>es wurde noch auf nichts gezeigt</translation>
    </message>
    <message>
      <source>one click may mean the part or the whole; another one or a box says which</source>
      <translation>ein Klick kann das Teil oder das Ganze meinen; ein weiterer oder ein Rechteck sagt, welches</translation>
    </message>
    <message>
      <source>pattern</source>
      <translation>Muster</translation>
    </message>
    <message>
      <source>photo filter</source>
      <translation>Fotofilter</translation>
    </message>
    <message>
      <source>posterise</source>
      <translation>Tontrennung</translation>
    </message>
    <message>
      <source>seen a second time, the subject is not the same</source>
      <translation>beim zweiten Hinsehen ist das Motiv nicht dasselbe</translation>
    </message>
    <message>
      <source>seen at another size, the object looks different</source>
      <translation>in anderer Größe betrachtet, sieht das Objekt anders aus</translation>
    </message>
    <message>
      <source>selective colour</source>
      <translation>selektive Farbkorrektur</translation>
    </message>
    <message>
      <source>soft mask</source>
      <translation>weiche Maske</translation>
    </message>
    <message>
      <source>solid colour</source>
      <translation>Volltonfarbe</translation>
    </message>
    <message>
      <source>subject touches {count} borders</source>
      <translation>Motiv berührt {count} Ränder</translation>
    </message>
    <message>
      <source>text was kept as pixels</source>
      <translation>Text blieb als Pixel erhalten</translation>
    </message>
    <message>
      <source>the artboard was read as a group</source>
      <translation>die Zeichenfläche wurde als Gruppe gelesen</translation>
    </message>
    <message>
      <source>the inside of the object is uncertain</source>
      <translation>das Innere des Objekts ist unsicher</translation>
    </message>
    <message>
      <source>the inside of the subject is uncertain</source>
      <translation>das Innere des Motivs ist unsicher</translation>
    </message>
    <message>
      <source>the mark was taken to mean the whole subject, as {model} finds it</source>
      <translation>die Markierung wurde als das ganze Motiv verstanden, wie {model} es findet</translation>
    </message>
    <message>
      <source>the mask's density is not exact</source>
      <translation>die Dichte der Maske ist nicht genau</translation>
    </message>
    <message>
      <source>the mask's density was taken into its values</source>
      <translation>die Dichte der Maske wurde in ihre Werte genommen</translation>
    </message>
    <message>
      <source>the mask's feather is not shown</source>
      <translation>die weiche Kante der Maske wird nicht gezeigt</translation>
    </message>
    <message>
      <source>the restriction to some channels is not applied</source>
      <translation>die Beschränkung auf einzelne Kanäle wird nicht angewandt</translation>
    </message>
    <message>
      <source>the soft mask, sharpened by the guided filter,</source>
      <translation>die weiche Maske, geschärft durch den geführten Filter</translation>
    </message>
    <message>
      <source>the subject fills the frame</source>
      <translation>das Motiv füllt das ganze Bild</translation>
    </message>
    <message>
      <source>the subject is very small</source>
      <translation>das Motiv ist sehr klein</translation>
    </message>
    <message>
      <source>three</source>
      <translation>drei</translation>
    </message>
    <message>
      <source>threshold</source>
      <translation>Schwellenwert</translation>
    </message>
    <message>
      <source>trimap</source>
      <translation>Trimap</translation>
    </message>
    <message>
      <source>two</source>
      <translation>zwei</translation>
    </message>
    <message>
      <source>two looks at the object disagree</source>
      <translation>zwei Blicke auf das Objekt stimmen nicht überein</translation>
    </message>
    <message>
      <source>two looks at the subject disagree</source>
      <translation>zwei Blicke auf das Motiv stimmen nicht überein</translation>
    </message>
    <message>
      <source>vibrance</source>
      <translation>Dynamik</translation>
    </message>
    <message>
      <source>was not ready after {seconds} seconds and was stopped</source>
      <translation>war nach {seconds} Sekunden nicht bereit und wurde angehalten</translation>
    </message>
    <message>
      <source>what lies around the object is uncertain</source>
      <translation>was um das Objekt herum liegt, ist unsicher</translation>
    </message>
    <message>
      <source>what lies around the subject is uncertain</source>
      <translation>was um das Motiv herum liegt, ist unsicher</translation>
    </message>
    <message>
      <source>{count} pixels of the merged picture held no numbers and were set to 0.</source>
      <translation>{count} Pixel des zusammengefügten Bildes enthielten keine Zahlen und wurden auf 0 gesetzt.</translation>
    </message>
    <message>
      <source>{count} pixels were not numbers (NaN or infinite) and were set to 0.</source>
      <translation>{count} Pixel waren keine Zahlen (NaN oder unendlich) und wurden auf 0 gesetzt.</translation>
    </message>
    <message>
      <source>{count} things could be the subject</source>
      <translation>{count} Dinge könnten das Motiv sein</translation>
    </message>
    <message>
      <source>{file} ({size}) needs {needed} GB once decoded; the limit is {limit} GB. Make it smaller, or raise the limit if this machine has the memory.</source>
      <translation>{file} ({size}) braucht ausgepackt {needed} GB; die Grenze ist {limit} GB. Verkleinern Sie das Bild, oder heben Sie die Grenze an, wenn dieser Rechner den Speicher hat.</translation>
    </message>
    <message>
      <source>{file} cannot be read ({why}). Check the name and the disk.</source>
      <translation>{file} lässt sich nicht lesen ({why}). Prüfen Sie Namen und Datenträger.</translation>
    </message>
    <message>
      <source>{file} cannot be read: no permission. Change its permissions first.</source>
      <translation>{file} lässt sich nicht lesen: keine Berechtigung. Ändern Sie erst die Rechte.</translation>
    </message>
    <message>
      <source>{file} cannot be written: no permission to write in the folder {folder}. Choose another one.</source>
      <translation>{file} lässt sich nicht schreiben: keine Berechtigung, in den Ordner {folder} zu schreiben. Wählen Sie einen anderen.</translation>
    </message>
    <message>
      <source>{file} cannot be written: the disk is read-only. Choose another folder.</source>
      <translation>{file} lässt sich nicht schreiben: der Datenträger ist schreibgeschützt. Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
      <source>{file} cannot be written: the folder {folder} does not exist. Create it first.</source>
      <translation>{file} lässt sich nicht schreiben: den Ordner {folder} gibt es nicht. Legen Sie ihn erst an.</translation>
    </message>
    <message>
      <source>{file} cannot be written: {why}. Make room; what has arrived is kept.</source>
      <translation>{file} lässt sich nicht schreiben: {why}. Schaffen Sie Platz; was angekommen ist, bleibt.</translation>
    </message>
    <message>
      <source>{file} claims a size of {size} pixels, which is no picture. Export it again.</source>
      <translation>{file} nennt eine Größe von {size} Pixeln, was kein Bild ist. Exportieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
      <source>{file} could not be fetched from {address}: {why}. {how}</source>
      <translation>{file} ließ sich nicht von {address} laden: {why}. {how}</translation>
    </message>
    <message>
      <source>{file} does not end in a format that can be written. Use one of: {kinds}; a folder has to be there, or end in a slash.</source>
      <translation>{file} endet nicht auf ein Format, das sich schreiben lässt. Nehmen Sie eines von diesen: {kinds}; ein Ordner muss da sein oder auf einen Schrägstrich enden.</translation>
    </message>
    <message>
      <source>{file} does not exist. Check the name.</source>
      <translation>{file} gibt es nicht. Prüfen Sie den Namen.</translation>
    </message>
    <message>
      <source>{file} has {size} = {megapixels} megapixels; the limit is {limit}. Make it smaller, or raise the limit if you trust the file.</source>
      <translation>{file} hat {size} = {megapixels} Megapixel; die Grenze ist {limit}. Verkleinern Sie das Bild, oder heben Sie die Grenze an, wenn Sie der Datei trauen.</translation>
    </message>
    <message>
      <source>{file} is a HEIC picture, which needs an extra library. Install it with: {command}</source>
      <translation>{file} ist ein HEIC-Bild und braucht eine weitere Bibliothek. Installieren Sie sie mit: {command}</translation>
    </message>
    <message>
      <source>{file} is a JPEG with {kind}, which is not read. Save it as PNG or TIFF.</source>
      <translation>{file} ist ein JPEG, das so nicht gelesen wird ({kind}). Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
      <source>{file} is a TIFF with a compression that is not read ({kind}). Save it without compression.</source>
      <translation>{file} ist ein TIFF mit einer Kompression, die nicht gelesen wird ({kind}). Speichern Sie es ohne Kompression.</translation>
    </message>
    <message>
      <source>{file} is a TIFF with {kind} pixels, which are not read. Save it as RGB TIFF or PNG.</source>
      <translation>{file} ist ein TIFF mit Pixeln, die nicht gelesen werden ({kind}). Speichern Sie es als RGB-TIFF oder PNG.</translation>
    </message>
    <message>
      <source>{file} is a camera's raw file, which Mattework does not develop. Develop it in your raw converter, save it as 16-bit TIFF, and cut that.</source>
      <translation>{file} ist eine Rohdatei einer Kamera, die Mattework nicht entwickelt. Entwickeln Sie sie in Ihrem Raw-Konverter, speichern Sie sie als 16-Bit-TIFF, und stellen Sie das frei.</translation>
    </message>
    <message>
      <source>{file} is a damaged PNG picture (wrong checksum). Copy or export it again.</source>
      <translation>{file} ist ein beschädigtes PNG-Bild (falsche Prüfsumme). Kopieren oder exportieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged PNG picture ({why}). Export it again.</source>
      <translation>{file} ist ein beschädigtes PNG-Bild ({why}). Exportieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged PNG picture: its size is not what it says. Export it again.</source>
      <translation>{file} ist ein beschädigtes PNG-Bild: seine Größe ist nicht die, die es nennt. Exportieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged TIFF picture: parts of it are missing. Copy or export it again.</source>
      <translation>{file} ist ein beschädigtes TIFF-Bild: Teile davon fehlen. Kopieren oder exportieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged or empty TIFF file: it has no picture inside. Export it again.</source>
      <translation>{file} ist eine beschädigte oder leere TIFF-Datei: darin ist kein Bild. Exportieren Sie sie noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged or incomplete PNG picture (no header). Copy it again.</source>
      <translation>{file} ist ein beschädigtes oder unvollständiges PNG-Bild (ohne Kopf). Kopieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a damaged or incomplete {kind} ({why}). Copy or export it again.</source>
      <translation>{file} ist beschädigt oder unvollständig ({kind}: {why}). Kopieren oder exportieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
      <source>{file} is a device and not a file. Name a picture file.</source>
      <translation>{file} ist ein Gerät und keine Datei. Nennen Sie eine Bilddatei.</translation>
    </message>
    <message>
      <source>{file} is a folder. Name a file to write.</source>
      <translation>{file} ist ein Ordner. Nennen Sie eine Datei, die geschrieben werden soll.</translation>
    </message>
    <message>
      <source>{file} is a folder. Name a picture file inside it.</source>
      <translation>{file} ist ein Ordner. Nennen Sie eine Bilddatei darin.</translation>
    </message>
    <message>
      <source>{file} is a {kind} of a variant that cannot be read ({why}). Save it as PNG or TIFF.</source>
      <translation>{file} ist {kind} in einer Spielart, die sich nicht lesen lässt ({why}). Speichern Sie das Bild als PNG oder TIFF.</translation>
    </message>
    <message>
      <source>{file} is an incomplete {kind} picture: its end is missing. Copy it again.</source>
      <translation>{file} ist ein unvollständiges {kind}-Bild: sein Ende fehlt. Kopieren Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{file} is damaged: its picture is {why}. Copy or export it again.</source>
      <translation>{file} ist beschädigt: sein Bild ist {why}. Kopieren oder exportieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
      <source>{file} is empty. Copy it again.</source>
      <translation>{file} ist leer. Kopieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
      <source>{file} is no ONNX file. What was saved may be a web page or a pointer to the file: fetch the file itself.</source>
      <translation>{file} ist keine ONNX-Datei. Gespeichert wurde vielleicht eine Webseite oder ein Verweis auf die Datei: laden Sie die Datei selbst.</translation>
    </message>
    <message>
      <source>{file} is not a Photoshop document. Check that the suffix is right.</source>
      <translation>{file} ist kein Photoshop-Dokument. Prüfen Sie, ob die Endung stimmt.</translation>
    </message>
    <message>
      <source>{file} is not a sound ONNX file ({why}). Remove it and get it again.</source>
      <translation>{file} ist keine heile ONNX-Datei ({why}). Entfernen Sie sie, und holen Sie sie noch einmal.</translation>
    </message>
    <message>
      <source>{file} is not the file of the record of {model}: its hash differs. {how}</source>
      <translation>{file} ist nicht die Datei aus dem Eintrag von {model}: ihre Prüfsumme ist anders. {how}</translation>
    </message>
    <message>
      <source>{file} is really a {kind} file, whatever its name says.</source>
      <translation>{file} ist in Wahrheit eine {kind}-Datei, was auch immer ihr Name sagt.</translation>
    </message>
    <message>
      <source>{file} is {what}. Mattework reads JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PSD and PSB; save it as one of these.</source>
      <translation>{file} ist {what}. Mattework liest JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PSD und PSB; speichern Sie das Bild so.</translation>
    </message>
    <message>
      <source>{file} needs more memory than there is. Close other programs, or make the picture smaller.</source>
      <translation>{file} braucht mehr Speicher, als da ist. Schließen Sie andere Programme, oder verkleinern Sie das Bild.</translation>
    </message>
    <message>
      <source>{file} needs {needed} GB once its layers are decoded; the limit is {limit} GB. Merge or crop layers, or raise the limit if this machine has the memory.</source>
      <translation>{file} braucht {needed} GB, wenn seine Ebenen ausgepackt sind; die Grenze ist {limit} GB. Fügen Sie Ebenen zusammen oder beschneiden Sie sie, oder heben Sie die Grenze an, wenn dieser Rechner den Speicher hat.</translation>
    </message>
    <message>
      <source>{file} was not written ({why}). Try another folder; nothing was changed.</source>
      <translation>{file} wurde nicht geschrieben ({why}). Versuchen Sie es mit einem anderen Ordner; nichts wurde geändert.</translation>
    </message>
    <message>
      <source>{file} was not written: no permission, or another program has it open. Nothing was changed.</source>
      <translation>{file} wurde nicht geschrieben: keine Berechtigung, oder ein anderes Programm hat die Datei offen. Nichts wurde geändert.</translation>
    </message>
    <message>
      <source>{file} was not written: the disk is full. Free some space; nothing was changed.</source>
      <translation>{file} wurde nicht geschrieben: der Datenträger ist voll. Schaffen Sie Platz; nichts wurde geändert.</translation>
    </message>
    <message>
      <source>{file} was not written: the disk is read-only. Choose another folder.</source>
      <translation>{file} wurde nicht geschrieben: der Datenträger ist schreibgeschützt. Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
      <source>{file} was not written: the name is too long for this disk. Choose a shorter one.</source>
      <translation>{file} wurde nicht geschrieben: der Name ist für diesen Datenträger zu lang. Wählen Sie einen kürzeren.</translation>
    </message>
    <message>
      <source>{kind} holds at most {most} pixels a side; this picture has {size}. Save it as PNG or TIFF.</source>
      <translation>{kind} fasst höchstens {most} Pixel je Seite; dieses Bild hat {size}. Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
      <source>{kind} holds no {mode} colours: converted to sRGB with 8 bits.</source>
      <translation>{kind} kennt diese Farben nicht ({mode}): in sRGB mit 8 Bit umgewandelt.</translation>
    </message>
    <message>
      <source>{kind} holds {depth} bits a channel here: rounded from {had}.</source>
      <translation>{kind} fasst hier {depth} Bit je Kanal: gerundet von {had}.</translation>
    </message>
    <message>
      <source>{kind} with {count} frames: the first was taken.</source>
      <translation>{kind} mit {count} Einzelbildern: das erste wurde genommen.</translation>
    </message>
    <message>
      <source>{model} does not run on {device} here ({what}), so it ran on the CPU.</source>
      <translation>{model} läuft hier nicht auf {device} ({what}), darum lief es auf dem Prozessor.</translation>
    </message>
    <message>
      <source>{model} does not take a long side of {asked} pixels; it was shown {shown}.</source>
      <translation>{model} nimmt keine lange Seite von {asked} Pixeln an; gezeigt wurden {shown}.</translation>
    </message>
    <message>
      <source>{model} failed on {device}: {why}. Try --device cpu or another model.</source>
      <translation>{model} ist auf {device} gescheitert: {why}. Versuchen Sie --device cpu oder ein anderes Modell.</translation>
    </message>
    <message>
      <source>{model} is not installed and has no download that could be checked: {how}.</source>
      <translation>{model} ist nicht installiert, und keinen Download davon könnte man prüfen: {how}.</translation>
    </message>
    <message>
      <source>{model} is not installed. With a network: mattework models install {name}. Without one, {how}.</source>
      <translation>{model} ist nicht installiert. Mit Netz: mattework models install {name}. Ohne: {how}.</translation>
    </message>
    <message>
      <source>{needed} MB are to come and {folder} has {free} MB of space left. Make room first.</source>
      <translation>{needed} MB sollen kommen, und {folder} hat noch {free} MB Platz. Schaffen Sie erst Platz.</translation>
    </message>
  </context>
  <context>
    <name>ShadowPanel</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>As on a wall behind the subject.</source>
      <translation>Wie an einer Wand hinter dem Motiv.</translation>
    </message>
    <message>
      <source>Choose another colour for the shadow.</source>
      <translation>Eine andere Farbe für den Schatten wählen.</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>Farbe</translation>
    </message>
    <message>
      <source>Contact shadow</source>
      <translation>Kontaktschatten</translation>
    </message>
    <message>
      <source>Downwards</source>
      <translation>Nach unten</translation>
    </message>
    <message>
      <source>Drop shadow</source>
      <translation>Schlagschatten</translation>
    </message>
    <message>
      <source>How dark the shadow is.</source>
      <translation>Wie dunkel der Schatten ist.</translation>
    </message>
    <message>
      <source>How far the shadow falls down in the picture; up, which is behind the subject, when negative.</source>
      <translation>Wie weit der Schatten im Bild nach unten fällt; bei negativen Werten nach oben, also hinter das Motiv.</translation>
    </message>
    <message>
      <source>How far the shadow falls to the right; to the left when negative.</source>
      <translation>Wie weit der Schatten nach rechts fällt; bei negativen Werten nach links.</translation>
    </message>
    <message>
      <source>No shadow</source>
      <translation>Kein Schatten</translation>
    </message>
    <message>
      <source>Nothing is laid between subject and background.</source>
      <translation>Zwischen Motiv und Hintergrund wird nichts gelegt.</translation>
    </message>
    <message>
      <source>On the ground that the subject stands on: dark at the foot, softer with distance.</source>
      <translation>Auf dem Boden, auf dem das Motiv steht: dunkel am Fuß, weicher mit der Entfernung.</translation>
    </message>
    <message>
      <source>Opacity</source>
      <translation>Deckkraft</translation>
    </message>
    <message>
      <source>Over how many pixels the shadow ends; a contact shadow at its far end.</source>
      <translation>Über wie viele Pixel der Schatten ausläuft; ein Kontaktschatten an seinem fernen Ende.</translation>
    </message>
    <message>
      <source>Shadow</source>
      <translation>Schatten</translation>
    </message>
    <message>
      <source>Softness</source>
      <translation>Weichheit</translation>
    </message>
    <message>
      <source>To the right</source>
      <translation>Nach rechts</translation>
    </message>
  </context>
  <context>
    <name>ShortcutSheet</name>
    <message>
      <source>Command</source>
      <translation>Befehl</translation>
    </message>
    <message>
      <source>Commands and their keys</source>
      <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>Tasten</translation>
    </message>
    <message>
      <source>Mouse and pen</source>
      <translation>Maus und Stift</translation>
    </message>
    <message>
      <source>Others</source>
      <translation>Andere</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>Suchen</translation>
    </message>
    <message>
      <source>Shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <source>What it does</source>
      <translation>Was es tut</translation>
    </message>
  </context>
  <context>
    <name>Solvers</name>
    <message>
      <source>automatic</source>
      <translation>automatisch</translation>
    </message>
    <message>
      <source>closed form</source>
      <translation>geschlossene Form</translation>
    </message>
    <message>
      <source>guided filter</source>
      <translation>geführter Filter</translation>
    </message>
    <message>
      <source>hard cut</source>
      <translation>harter Schnitt</translation>
    </message>
    <message>
      <source>network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <source>nothing to solve</source>
      <translation>nichts zu lösen</translation>
    </message>
  </context>
  <context>
    <name>StatusBar</name>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Carrying the edge to full size</source>
      <translation>Kante wird auf volle Größe gebracht</translation>
    </message>
    <message>
      <source>Checking the files</source>
      <translation>Dateien werden geprüft</translation>
    </message>
    <message>
      <source>Cleaning the colours</source>
      <translation>Farben werden bereinigt</translation>
    </message>
    <message>
      <source>Copying</source>
      <translation>Wird kopiert</translation>
    </message>
    <message>
      <source>Cutting the edge</source>
      <translation>Kante wird geschnitten</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>Fetching</source>
      <translation>Wird geladen</translation>
    </message>
    <message>
      <source>Finding the subject</source>
      <translation>Motiv wird gesucht</translation>
    </message>
    <message>
      <source>Laying on the brush strokes</source>
      <translation>Pinselstriche werden aufgetragen</translation>
    </message>
    <message>
      <source>Laying the unknown band</source>
      <translation>Unbekanntes Band wird gelegt</translation>
    </message>
    <message>
      <source>Loading the model</source>
      <translation>Modell wird geladen</translation>
    </message>
    <message>
      <source>Message</source>
      <translation>Meldung</translation>
    </message>
    <message>
      <source>Model, device and solver</source>
      <translation>Modell, Gerät und Löser</translation>
    </message>
    <message>
      <source>Packing the layers</source>
      <translation>Ebenen werden gepackt</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>Fortschritt</translation>
    </message>
    <message>
      <source>Putting the layers together</source>
      <translation>Ebenen werden zusammengesetzt</translation>
    </message>
    <message>
      <source>Reading the layers</source>
      <translation>Ebenen werden gelesen</translation>
    </message>
    <message>
      <source>Reading the picture</source>
      <translation>Bild wird gelesen</translation>
    </message>
    <message>
      <source>Scale</source>
      <translation>Maßstab</translation>
    </message>
    <message>
      <source>Setting the edge</source>
      <translation>Kante wird eingestellt</translation>
    </message>
    <message>
      <source>Solving the edge</source>
      <translation>Kante wird gelöst</translation>
    </message>
    <message>
      <source>Solving your strokes</source>
      <translation>Ihre Striche werden gelöst</translation>
    </message>
    <message>
      <source>Stop this; what was there before stays (Ctrl+.)</source>
      <translation>Dies anhalten; was vorher da war, bleibt (Strg+.)</translation>
    </message>
    <message>
      <source>Waiting for another picture</source>
      <translation>Wartet auf ein anderes Bild</translation>
    </message>
    <message>
      <source>What found the subject, where it ran then, and what solved its edge</source>
      <translation>Was das Motiv gefunden hat, wo es dabei lief, und was seine Kante gelöst hat</translation>
    </message>
    <message>
      <source>Writing</source>
      <translation>Wird geschrieben</translation>
    </message>
    <message>
      <source>Writing the mask</source>
      <translation>Maske wird geschrieben</translation>
    </message>
    <message>
      <source>edge: {solver}</source>
      <translation>Kante: {solver}</translation>
    </message>
    <message>
      <source>painted by hand</source>
      <translation>von Hand gemalt</translation>
    </message>
    <message>
      <source>your mask</source>
      <translation>Ihre Maske</translation>
    </message>
    <message>
      <source>your trimap</source>
      <translation>Ihre Trimap</translation>
    </message>
    <message>
      <source>{0} %</source>
      <translation>{0} %</translation>
    </message>
    <message>
      <source>{model} on {device}</source>
      <translation>{model} auf {device}</translation>
    </message>
  </context>
  <context>
    <name>Stepping</name>
    <message>
      <source>Bringing back {step}</source>
      <translation>{step} wird zurückgebracht</translation>
    </message>
    <message>
      <source>Taking back {step}</source>
      <translation>{step} wird zurückgenommen</translation>
    </message>
  </context>
  <context>
    <name>StepsPanel</name>
    <message>
      <source>History</source>
      <translation>Verlaufsliste</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <source>What you did, oldest first. Choose a step to go back or forward to it.</source>
      <translation>Was Sie getan haben, das Älteste zuerst. Wählen Sie einen Schritt, um zu ihm zurück oder vor zu gehen.</translation>
    </message>
  </context>
  <context>
    <name>Telling</name>
    <message>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>Confidence {0} %</source>
      <translation>Sicherheit {0} %</translation>
    </message>
    <message>
      <source>Mattework has a defect ({kind}: {text}). Save your work under another name.</source>
      <translation>Mattework hat einen Fehler ({kind}: {text}). Speichern Sie Ihre Arbeit unter einem anderen Namen.</translation>
    </message>
    <message>
      <source>The system did not allow this: {why}</source>
      <translation>Das System hat das nicht zugelassen: {why}</translation>
    </message>
    <message>
      <source>There is not enough memory for this. Close other programs or use a smaller picture.</source>
      <translation>Dafür reicht der Speicher nicht. Schließen Sie andere Programme, oder nehmen Sie ein kleineres Bild.</translation>
    </message>
  </context>
  <context>
    <name>ToolBar</name>
    <message>
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <source>Brush size</source>
      <translation>Pinselgröße</translation>
    </message>
    <message>
      <source>Diameter of the brush in photo pixels ([ and ])</source>
      <translation>Durchmesser des Pinsels in Pixeln des Fotos ([ und ])</translation>
    </message>
    <message>
      <source>How the work is shown (F: the next one, X: the original)</source>
      <translation>Wie die Arbeit gezeigt wird (F: die nächste Ansicht, X: das Original)</translation>
    </message>
    <message>
      <source>Options</source>
      <translation>Optionen</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
  </context>
  <context>
    <name>ToolStrip</name>
    <message>
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
  </context>
  <context>
    <name>Tools</name>
    <message>
      <source>No gap here is narrow enough: at most half as wide as the brush.</source>
      <translation>Keine Lücke hier ist schmal genug: höchstens halb so breit wie der Pinsel.</translation>
    </message>
    <message>
      <source>No speck here is small enough: at most half as wide as the brush.</source>
      <translation>Kein Fleck hier ist klein genug: höchstens halb so breit wie der Pinsel.</translation>
    </message>
    <message>
      <source>There is no stroke of yours here to take back.</source>
      <translation>Hier ist kein Strich von Ihnen, der zurückgenommen werden könnte.</translation>
    </message>
    <message>
      <source>Transparent makes what is selected show its background, and nothing is selected here. Select the thing first.</source>
      <translation>Transparent lässt durch Ausgewähltes den Hintergrund sehen, und hier ist nichts ausgewählt. Wählen Sie das Ding erst aus.</translation>
    </message>
  </context>
  <context>
    <name>ViewPanel</name>
    <message>
      <source> %</source>
      <translation> %</translation>
    </message>
    <message>
      <source>Canvas</source>
      <translation>Leinwand</translation>
    </message>
    <message>
      <source>Choose a picture for the view On Picture. It is only looked at, and not saved.</source>
      <translation>Ein Bild für die Ansicht „Auf Bild“ wählen. Es wird nur angesehen und nicht gespeichert.</translation>
    </message>
    <message>
      <source>Ground</source>
      <translation>Grund</translation>
    </message>
    <message>
      <source>How strong the overlay's colour is.</source>
      <translation>Wie stark die Farbe der Überlagerung ist.</translation>
    </message>
    <message>
      <source>Overlay</source>
      <translation>Überlagerung</translation>
    </message>
    <message>
      <source>Overlay opacity</source>
      <translation>Deckkraft der Überlagerung</translation>
    </message>
    <message>
      <source>Picture Behind</source>
      <translation>Bild dahinter</translation>
    </message>
    <message>
      <source>Picture Behind…</source>
      <translation>Bild dahinter…</translation>
    </message>
    <message>
      <source>Pictures ({kinds})</source>
      <translation>Bilder ({kinds})</translation>
    </message>
    <message>
      <source>The colour of the view On Colour.</source>
      <translation>Die Farbe der Ansicht „Auf Farbe“.</translation>
    </message>
    <message>
      <source>The colour over what is left out.</source>
      <translation>Die Farbe über dem, was weggelassen wird.</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>Drehung</translation>
    </message>
    <message>
      <source>Turn the view back (Alt+0)</source>
      <translation>Die Ansicht zurückdrehen (Alt+0)</translation>
    </message>
    <message>
      <source>Turns the view, not the photo (hold R and drag; Alt+0 turns it back).</source>
      <translation>Dreht die Ansicht, nicht das Foto (R halten und ziehen; Alt+0 dreht zurück).</translation>
    </message>
    <message>
      <source>Upright</source>
      <translation>Aufrecht</translation>
    </message>
  </context>
  <context>
    <name>Welcome</name>
    <message>
      <source>Cat</source>
      <translation>Katze</translation>
    </message>
    <message>
      <source>Cup of coffee</source>
      <translation>Tasse Kaffee</translation>
    </message>
    <message>
      <source>Open a photo, or a file that Mattework wrote</source>
      <translation>Ein Foto öffnen oder eine Datei, die Mattework geschrieben hat</translation>
    </message>
    <message>
      <source>Open…</source>
      <translation>Öffnen…</translation>
    </message>
    <message>
      <source>Photos that come with the program, to find out what it does</source>
      <translation>Fotos, die dem Programm beiliegen, zum Ausprobieren</translation>
    </message>
    <message>
      <source>Portrait with hair</source>
      <translation>Porträt mit Haar</translation>
    </message>
    <message>
      <source>Then: Select Subject (Ctrl+Alt+S), correct with the brushes, save (Ctrl+S).
Drop several photos or a folder to look them through. Ctrl+K finds every command.</source>
      <translation>Dann: Motiv auswählen (Strg+Alt+S), mit den Pinseln verbessern, speichern (Strg+S).
Mehrere Fotos oder einen Ordner ablegen, um sie durchzusehen. Strg+K findet jeden Befehl.</translation>
    </message>
    <message>
      <source>Try a Sample</source>
      <translation>Ein Beispiel ausprobieren</translation>
    </message>
  </context>
  <context>
    <name>Workbench</name>
    <message>
      <source>It holds the result only: save a PSD or TIFF too to go on with it later.</source>
      <translation>Die Datei enthält nur das Ergebnis: Um später weiterzumachen, auch ein PSD oder TIFF speichern.</translation>
    </message>
    <message>
      <source>Opening {name}</source>
      <translation>{name} wird geöffnet</translation>
    </message>
    <message>
      <source>Saved {name}.</source>
      <translation>{name} gespeichert.</translation>
    </message>
    <message>
      <source>Saving {name}</source>
      <translation>{name} wird gespeichert</translation>
    </message>
    <message>
      <source>Something else is being worked on. Wait for it, or cancel it.</source>
      <translation>Es wird gerade an anderem gearbeitet. Warten Sie, oder brechen Sie es ab.</translation>
    </message>
    <message>
      <source>This is done as soon as the last stroke is solved.</source>
      <translation>Dies geschieht, sobald der letzte Strich gelöst ist.</translation>
    </message>
    <message>
      <source>This is done as soon as the work that runs has ended.</source>
      <translation>Dies geschieht, sobald die laufende Arbeit beendet ist.</translation>
    </message>
    <message>
      <source>Your stroke is done as soon as the work that runs has ended.</source>
      <translation>Ihr Strich wird ausgeführt, sobald die laufende Arbeit beendet ist.</translation>
    </message>
    <message>
      <source>first look</source>
      <translation>erster Blick</translation>
    </message>
    <message>
      <source>reading</source>
      <translation>lesen</translation>
    </message>
    <message>
      <source>the pasted picture</source>
      <translation>das eingefügte Bild</translation>
    </message>
  </context>
</TS>
