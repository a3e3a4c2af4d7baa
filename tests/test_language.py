from __future__ import annotations

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.language import detect_language, language_name

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
# Written for this project.
FOREIGN = {
    "es": (
        "Estimado equipo de selección: me dirijo a ustedes para solicitar el puesto de jefa de proyecto. Durante seis años he coordinado equipos de doce personas en el sector bancario y he reducido los plazos de entrega en un veinte por ciento. Quedo a su disposición para una entrevista. Atentamente, Lucía Herrero",
        "Tengo experiencia en Java y AWS. Me gustaría trabajar con ustedes.",
    ),
    "de": (
        "Sehr geehrte Damen und Herren, hiermit bewerbe ich mich um die Stelle als Projektleiterin. In den letzten sechs Jahren habe ich ein Team von zwölf Entwicklern geführt und Projekte im Bankwesen pünktlich abgeschlossen. Über eine Einladung zum Gespräch freue ich mich sehr. Mit freundlichen Grüßen, Jutta Kessler",
        "Ich habe fünf Jahre Erfahrung mit Python und Kubernetes und suche eine neue Aufgabe.",
    ),
    "fr": (
        "Madame, Monsieur, je vous présente ma candidature au poste de chef de projet. Depuis six ans, je dirige une équipe de douze personnes dans le secteur bancaire et j'ai réduit les délais de livraison de vingt pour cent. Je reste à votre disposition pour un entretien. Cordialement, Élodie Marchal",
        "J'ai cinq ans d'expérience avec Python et je cherche un nouveau poste.",
    ),
    "nl": (
        "Geachte heer of mevrouw, graag solliciteer ik naar de functie van projectleider. De afgelopen zes jaar heb ik een team van twaalf ontwikkelaars geleid en projecten in het bankwezen op tijd afgerond. Ik licht mijn brief graag toe in een gesprek. Met vriendelijke groet, Sjoerd Veldkamp",
        "Ik heb vijf jaar ervaring met Python en zoek een nieuwe uitdaging.",
    ),
    "pt": (
        "Prezados senhores, venho por este meio candidatar-me à vaga de gestora de projetos. Nos últimos seis anos coordenei uma equipa de doze pessoas no setor bancário e reduzi os prazos de entrega em vinte por cento. Fico à disposição para uma entrevista. Com os melhores cumprimentos, Inês Carvalhal",
        "Tenho cinco anos de experiência com Python e não conheço outra linguagem tão bem.",
    ),
    "it": (
        "Gentile responsabile, vorrei candidarmi per la posizione di capo progetto. Negli ultimi sei anni ho guidato una squadra di dodici persone nel settore bancario e ho ridotto i tempi di consegna del venti per cento. Resto a disposizione per un colloquio. Cordiali saluti, Ginevra Tosi",
        "Ho cinque anni di esperienza con Python e cerco un nuovo lavoro.",
    ),
    "pl": (
        "Szanowni Państwo, chciałabym ubiegać się o stanowisko kierownika projektu. Przez ostatnie sześć lat prowadziłam dwunastoosobowy zespół w sektorze bankowym i skróciłam czas realizacji o dwadzieścia procent. Chętnie opowiem o tym podczas rozmowy. Z poważaniem, Bożena Wilczek",
        "Mam pięć lat doświadczenia z językiem Python i szukam nowej pracy.",
    ),
    "zh": (
        "尊敬的招聘经理：我写信申请贵公司的项目经理职位。过去六年里，我在银行业带领一个十二人的团队，按时完成了所有项目，并将交付时间缩短了百分之二十。期待有机会与您面谈。此致敬礼",
        "我有五年的Python开发经验，希望加入贵公司。",
    ),
    "hi": (
        "महोदय, मैं परियोजना प्रबंधक के पद के लिए आवेदन कर रही हूँ। पिछले छह वर्षों से मैंने बैंकिंग क्षेत्र में बारह लोगों की टीम का नेतृत्व किया है और समय पर सभी परियोजनाएँ पूरी की हैं। साक्षात्कार के लिए मैं उपलब्ध हूँ।",
        "मुझे पाइथन में पाँच साल का अनुभव है और मैं नई नौकरी चाहता हूँ।",
    ),
    "sv": (
        "Hej! Jag söker tjänsten som projektledare. Under de senaste sex åren har jag lett ett team på tolv personer inom banksektorn och levererat alla projekt i tid. Jag berättar gärna mer vid en intervju. Med vänlig hälsning, Maja Lindgård",
    ),
    "ja": (
        "拝啓 貴社のプロジェクトマネージャー職に応募いたします。過去六年間、銀行業界で十二名のチームを率い、すべての案件を期日通りに完了いたしました。面接の機会をいただければ幸いです。敬具",
    ),
    "ru": (
        "Уважаемые коллеги! Прошу рассмотреть мою кандидатуру на должность руководителя проектов. Последние шесть лет я руководила командой из двенадцати человек в банковской сфере и всегда сдавала проекты в срок. Буду рада встрече.",
    ),
    "ar": (
        "السادة الكرام، أتقدم بطلب للعمل في وظيفة مدير مشروع. خلال السنوات الست الماضية قدت فريقا من اثني عشر شخصا في القطاع المصرفي وأنجزت جميع المشاريع في موعدها. يسعدني إجراء مقابلة معكم.",
    ),
    "tr": (
        "Sayın yetkili, proje yöneticisi pozisyonuna başvurmak istiyorum. Son altı yıldır bankacılık sektöründe on iki kişilik bir ekibi yönettim ve bütün projeleri zamanında tamamladım. Görüşmek için hazırım. Saygılarımla",
    ),
}
ENGLISH = (
    "Hire me.",
    "I know Python.",
    "Python, AWS, SQL, Docker",
    "- AWS\n- Kubernetes\n- Terraform\n- Jenkins",
    "Please see attached.",
    "Dear Hiring Manager,\n\n• Java\n• Spring Boot\n• SQL\n• Docker\n\nRegards,\nJosé Martínez",
    "5 years Java. 3 years Scala. AWS certified. PMP.",
    "Java Java Java Spring Hibernate Oracle Kafka Kafka microservices REST JSON CI/CD Jenkins Maven Gradle",
    "I worked for Crédit Agricole, Société Générale and Banco Santander in Paris and São Paulo.",
    "Dear team at Müller & Söhne GmbH, I would love to work in München. Kind regards, Jürgen Weiß",
    "Excel\nWord\nPowerPoint\nOutlook\nQuickBooks\nSAP",
    "Bilingual: English, Spanish (native), Portuguese. Chef de partie, sous chef, garde manger.",
    "Registered Nurse, BSN, ACLS, BLS, PALS, ICU, ER, NICU",
    "No.",
    "x",
    "12345",
    "PROJECT MANAGER | PMP | SCRUM MASTER | PRINCE2",
    "Thanks! Kim",
    "I can lift 50 lb and drive a forklift.",
    "Chef. 10 yrs. Sous vide, mise en place, pâtisserie.",
    "Managed P&L, FP&A, GAAP, IFRS, SOX, ERP (NetSuite), M&A",
    "hi i want job thx",
    "Certified welder: MIG, TIG, SMAW, FCAW.",
)


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in FOREIGN.items() for text in texts]
)
def test_other_languages_are_told(language: str, text: str) -> None:
    """A paragraph, and for the languages that applicants write most also a sentence."""
    assert detect_language(text) == language
    assert language_name(language).isalpha()


@pytest.mark.parametrize("text", ENGLISH)
def test_short_and_odd_english_counts_as_english(text: str) -> None:
    """Lists of tools, single words and foreign names must not keep an applicant from being judged."""
    assert detect_language(text) == "en"


@pytest.mark.parametrize("times", [1, 5, 200])
def test_a_list_that_repeats_its_tools_stays_english(times: int) -> None:
    """Stuffing a letter with names of tools adds no evidence of another language."""
    assert (
        detect_language("Python, Django, REST API, SQL, Kafka, Azure, Jenkins, Terraform\n" * times) == "en"
    )


@pytest.mark.parametrize("text", ["", " ", "12345", "[NAME] [EMAIL]", "\U0001f600"])
def test_a_text_without_words_counts_as_english(text: str) -> None:
    """Where nothing can be told, the letter is judged."""
    assert detect_language(text) == "en"


def test_placeholders_say_nothing_about_the_language() -> None:
    """A masked letter has the language that it had."""
    assert detect_language("[NAME] [EMAIL] [PHONE] " * 30 + FOREIGN["es"][0]) == "es"


def test_the_longest_letter_is_quick() -> None:
    """Only its beginning is looked at."""
    detect_language("warm up")
    started = time.process_time()
    detect_language(FOREIGN["de"][0] * 400)
    assert time.process_time() - started < 1


def test_the_detector_loads_when_it_is_first_asked() -> None:
    """Importing the module costs nothing."""
    code = "import sys, ingestion.language; print('py3langid' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "False\n"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample letters are not here")
def test_no_real_english_letter_is_taken_for_another_language() -> None:
    """1,754 letters, the lists of skills that belong to 813 of them, and all of those in one."""
    csv.field_size_limit(10_000_000)
    with (SHARED / "cover-letters" / "letters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (SHARED / "human-letters" / "letters.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    skills = [row["Skillsets"] for row in rows]
    texts += [*(row["Cover Letter"] for row in rows), *skills, "\n".join(skills)]
    assert [number for number, text in enumerate(texts) if detect_language(text) != "en"] == []
