-- A Northwind-shaped source database, written by data/generate.py: do not edit.
-- Load it with: psql -v ON_ERROR_STOP=1 -f northwind.sql

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

BEGIN;

CREATE TABLE categories (
    category_id smallint not null,
    category_name varchar(15) not null,
    description text,
    picture bytea
);

CREATE TABLE customer_customer_demo (
    customer_id bpchar not null,
    customer_type_id bpchar not null
);

CREATE TABLE customer_demographics (
    customer_type_id bpchar not null,
    customer_desc text
);

CREATE TABLE customers (
    customer_id bpchar not null,
    company_name varchar(40) not null,
    contact_name varchar(30),
    contact_title varchar(30),
    address varchar(60),
    city varchar(15),
    region varchar(15),
    postal_code varchar(10),
    country varchar(15),
    phone varchar(24),
    fax varchar(24)
);

CREATE TABLE employees (
    employee_id smallint not null,
    last_name varchar(20) not null,
    first_name varchar(10) not null,
    title varchar(30),
    title_of_courtesy varchar(25),
    birth_date date,
    hire_date date,
    address varchar(60),
    city varchar(15),
    region varchar(15),
    postal_code varchar(10),
    country varchar(15),
    home_phone varchar(24),
    extension varchar(4),
    photo bytea,
    notes text,
    reports_to smallint,
    photo_path varchar(255)
);

CREATE TABLE employee_territories (
    employee_id smallint not null,
    territory_id varchar(20) not null
);

CREATE TABLE orders (
    order_id smallint not null,
    customer_id bpchar,
    employee_id smallint,
    order_date date,
    required_date date,
    shipped_date date,
    ship_via smallint,
    freight real,
    ship_name varchar(40),
    ship_address varchar(60),
    ship_city varchar(15),
    ship_region varchar(15),
    ship_postal_code varchar(10),
    ship_country varchar(15)
);

CREATE TABLE products (
    product_id smallint not null,
    product_name varchar(40) not null,
    supplier_id smallint,
    category_id smallint,
    quantity_per_unit varchar(20),
    unit_price real,
    units_in_stock smallint,
    units_on_order smallint,
    reorder_level smallint,
    discontinued integer not null
);

CREATE TABLE region (
    region_id smallint not null,
    region_description bpchar not null
);

CREATE TABLE shippers (
    shipper_id smallint not null,
    company_name varchar(40) not null,
    phone varchar(24)
);

CREATE TABLE suppliers (
    supplier_id smallint not null,
    company_name varchar(40) not null,
    contact_name varchar(30),
    contact_title varchar(30),
    address varchar(60),
    city varchar(15),
    region varchar(15),
    postal_code varchar(10),
    country varchar(15),
    phone varchar(24),
    fax varchar(24),
    homepage text
);

CREATE TABLE territories (
    territory_id varchar(20) not null,
    territory_description bpchar not null,
    region_id smallint not null
);

CREATE TABLE us_states (
    state_id smallint not null,
    state_name varchar(100),
    state_abbr varchar(2),
    state_region varchar(50)
);

COPY categories (category_id, category_name, description, picture) FROM stdin;
1	Beverages	Anything to drink, hot or cold; "craft" beer too	\\xaad294cc6c1deb6a157c6498ab147673bf029757d851dce66803c39ab0ce885cad7ae4e58b1f968f756f0b992d4166c2b1237055de4dd660b8b33e855ab2fba01caf5fa26da791fd4313f359d9c9facf0745b64c87173f1e7b772a36f065c5cbda1872e08d0de3acd4c09362a8fe0cbca112897dd3f13930e1b51684f5d53dfc32ef34489c20bd4e8e49c6b45dc11aa9f43111951b3adfbe0a8c4bd7a3089209c87850a49be8b74a58ec8606d16722ffcd71ea408347a62f630eeeae3c53bb6b26057f7956e22edd81287eed2925f2a5c4f76e523504f9d0e75e828a5b613719243880b9275442443bc733f89e4fdb011069f60046e9902cba2b9dca749f0f2195d1185bff256a1116e5fda5204b3babae70861c8af3c11884b741e576b467fec89225700798e12e827b67b5efb478f654bea8c2da399f67aafaa20276b6e2a6d004f1ba9be7e219d0c433be9631cd239c6f40907734f712007cd6a8c17cac5544800714c12cc0c867acc9dd222961764b028ef75d896171de4ea67b89ea13d34da5cba764d717a26487d9cca04e3b753b47f51cd1615d5113752a714ae5eb71a3ed53193c30ad5f5bcb3bcea266d257e0ed80b0f2bec0deefc0fa4a9fab5e652cf55a7ae42ff52007595beae2c26f8a3cd56348a32650ed182434406b40573f3d9c565fc40f24d96e
2	Condiments	What goes on top or beside	\\x21a6b1e75c6b17662a3edb31cab71ef2d827dff04822fe3c186d3b811ae93ab301cc2f38f5ea25b4be479a247094965f6ca8328b5ec2a3764b3dc985d43fe69dd558c82c93ab837955754da5bf1fa299f6a90caaeb8604fbad9123fab64c40d3ced109880750dd157c7daf4f4ecff4ae8f90147f749754f8920ad26595e82d39bb3045e0dee13502c71689d6ec87106f5df12e537b9860b2e30fb8c50e6a9bfdb5069eed0bcd41624a6e61baee295b9f80f7cb26f3da1c36a18d5a78c6826459c3e4dc447eace56356058c6700e2ff8e5120bc52d749346877b069a40d1303429ca7c437a02b737a4384b91dbd4633fc8ac11beff9d971c0d028721157121908f2a2cee582f70657d602acffb7dc138a9c6f6bca290b97f7d3ac4be70a3fc9e567e81c98113b3001678047a60d848767ea206d755ff99284706ff3cca52998205905b4faa3914071766c4438c0f3d29f074dd7f98c91af3fb65dd876a98e8875f3c16b81e5bfa7f51d999f74f6f7639dc4b25ccc5925aaa6687f
3	Confections	Sweet things:\ncakes\n\n\tand lemon drops 🍋	\\x4ee5e0fe558c1c8b697d1d710cb7206197fd64164fc0a4aa1b7fddcd0e9a7e5a6d4b91d762dc74e97b9f402adbf65cc3134436b452abe4895170456b4c28bc3ad675a8ceedca3c3337ecd3ebbdea3068f896dea02b57f0c8e8fc1521b0a972d5cfb3869d4310b9e7d0530b180541cc02adf16cbae1dfac1a5f0dcb6f2f59422295f2631ec931813fee66faa3c7be8ad4d1a12d0458a632fb27f93b6e3e171129854976c598778d267906b2b6aec40a0994b8e2464dc61f8ec2392e881292d290bbf48050a773074ae667785df7650138ef9b2cda14afe3c154f348349e7a8f3d25565ea26a08239cbf0319827c47b1ffa5d90f84b5875bd8609924833593f5007516d68078a32837d0bcfb6ef8e381e42912d02483bcad38c90a8fe58b4dffbacae5ef92d380414743069e66e90dc831524af5a5772f0c5ef971ace10c526a3962ae22b14ba82cca6bd5f794055df9a6c279f0e89c961a0134b8d8c5e30707410496ede61baaaba8693ce2e7b78b08463d3e37abae2de600f495a548b0e03421c93f1b7d2f364815d190a74ac6f6ff0a4f1679a89b5af69fff6ca51989a53b9f21769b7a26305fa66e33564e2396785300e90b1d4bcaefc234d6081c1c9097a0f2c0be2ce9ebd414b6848944c5cec54dbc16ae07011aa7fb77a496d7f8d15412e447c2
4	Dairy Products	Milk, and what becomes of it	\\x8444d1c091b9dad2c34ffd6d1d357268e5b23e96fe55db42ae9bdd215d33e75b92290158593bd3ff5e7102be36456f4994fa0cef7bc969f83990a0c27ca4cff746b6cccef207df2d8d4322f99dde1179835f9a7e3d98cd0af6aa2fafab64c8ea201a5089dce4b378e3038aee14a9303f0eb4e61356814a740fa14cba3cf1a6ad4b1f517a53e8bb5ca240a8a5d56ad90ba77766707562618b5a086367bcfc341b935210c61eca16e29c3280b1f32ad72e6c76eb177f15318786232c26d68e3ab073a3c760d4826ecb197d12c4b8ece947549f3728bf57c104b58541050df41c00d02b8c09182724bdd8f09738edb7fb8899489e954e6b8f4de1c565f5e02506ac57ce3932f113808756c1da3a4d7c7aa1c656f074076c872ee19885482246a4aeae08c7b1ae85daf6956e8acdadc64f9a3c930388bae97cdf33028d576599c1dc5295a1af9577cf05c92a2eab7457140d4418b233616bb4d1a137238f5db937b05b472ec1818bd5068b543ed43e686f234f0080a0fff554f61a2687ae9809687e62c2be1677b2c9a9fabd64d59c9897c0b575c96bbdea8725e736360b6b66d12c60c5066926c54c241c35b31d0a3d0abbc2885509b73e8cfc3db0708867b38508d13d597a98c11e629e783ecbf6a588277ac85070724f9d4bebd64e1105d06c1e0cc734eb5ba058a724441f1090fd01e0492808
5	Grains/Cereals		\\xa9f242c5452440c65af768c0da8931140f0194c18e28411c52b7597820b9048336e90cd7e5e0aea2fdb4a11355cf08ac5b21672d3a2293df7c3082fec47550862f7b1177c7726466ee001efb19c860bef1f92669a887e82bffa02580dedde273b0d46c43e76e0ea303a68df53557442e02d3617e6b15291b5f3b4daa5396e18fd91f79ef471681c270a439887a5eb8d19006f81d5c9a986aeab2f08a3ebf9c4cfa18d2e333abe437236517eb858ca5ca6f0a91cd7f62fc09b39bf35848c33fad4b9eccd0071ace4a744ebd6de60b32ec4fdb76d6512a3d46ed8434d53cd8bb6327dcbab5cb920597565d12f499afc9bc54f610380d71b19d2ca749959fb68b7d6af1838f2088c2b3f4985fdefaf81dad2844c6df97517c4e4334f3ee2fd8bfb94188d0b3ee0e545e6afcf7d4a8c6d936a0fb2a715eda76235fa58b07d04809a0ab9b1705b982028f1579b53968b8469e0eb43c6efec72fcc657e472cfc6334cd1a691d08fb7da7255d0fd701f0f632492d067986e27b2c6d280863d514f9d7fe984ec52685
6	Meat/Poultry	\N	\\xc9a41950e1968fa2535769acc315cce3309809c4f4e505ca5d349bc803ce0e91b475ec7267e7e88b799a62f6bcd0f3bf60a842d456d64a2f0c97ebf7ee2b18771f510a581ae255632a8814dafbe92e066c3d80fc6e85aafa592c39c011b50d8c37c72933c1db86fd40d8922138f04d6ff2d58ed35e479f3a8301666443b26b7cb1d968abf8ffefa670074e5ca1233faf6da77f17bb485a3b1dbaad7d87241c1e6154d1f19c27169e31b96ac2b7957e359402c681d20bbd499ded1089e68a714ccfb6b0905bbede00b36545a3e4f5ae41783674cd8446047aa97b2552208d13ddcba0ea2ddc8293b87644fe08c53c5f221b32284fdff93e734bd79926e00fa512505773cee7d037ef4d53781984f21ef768408a1855c34cbd48c0b89376391a8258d81d16558cbca14114aa1dc99fe77075a31bd998b01147265362ee78906b6911ad7c34c105e28ad680217b378c02b0cb8f59ac64f7e76fce3eedab00a461a51d58f09282ac1d23675a788c1549d0bfa10ca9173540fd594f196bc9576c1d281cd5d9789264b03959b958fe77007cde2d718ee103b814b5f0a2054678e56e
7	Produce	From the field and the orchard	\\xd6595113a37ae1f6affc9b75259808f28c9991723f1597b68ebdea411fbe5d38a5ed43a60d71218577ebcc26aafa5bc0a1fd24a92b7807df7b87c91930311655e8b200143a9eef20b5940ee9abb7b96ad7239634ae6d56d4fe5a4092588bd2d1a8cf37ba17c13c4a691e2f6fb41b9aa2a48d849093769c3ecea7f5c86ed5ffb04253d07c1a8abcf7283dd9547366807fc4f9b8a0458f82cafb746c105788e668f3292dcd272c4448c663044c6b0acbe0e2f44f891ddac2dc9ff8325e2abbe462026101c55f05ee79e7ec7e831149c73381d84b47097d354d650cf00fbfde0b704e06e5b16450e312db1886469d393652dd951cacad67f1c32e03d3b33b225c6042ef1929bf51dcd881a261bff8a05eea01c1f33aa31b65f11630272739f49b83cea8f95688e74feb6174661e5ab4d98f0f95a69e420f8640d3db10c3736d75dd17f1eb6ef9cdae88b793ca3c6c4400b49b3dd0bac3954da84188d082dcd37664467715d43e132359549e5637798183618bfb5bb46eb665cdfdb5be0d
8	Seafood	From the shore and the deep	\\xa2096976e1489749baefa48da0926df8c5c83bd8d11caa3656b19ad27355d0ae7147ece80e16f9ffde02f024bf2877ccc107e595af6545d3083fac316a89adcdfa5c6044292f52a97c7bfdd4dfab11c6b3f64fd6ee3c2c1a91c350be9d10b8a8830cf74c6451ca8bb006788cf5829e2e661ba57e1de7304d5e1edc583d872041d90a940dd5ea6c93a775e22254b5cb1f8f4e6e181435465b7f853e5d21192ba3dadd90742568f486b9007d840113532a79a6177215b65abc34cfb2423ac9f388c0b72632575f81670f03f1b46f4a27dbc78ae9129fa1962d048e394bedbb8098e059c438c2ce404370fc99fbf2e305e4bd9cd737629bfe6b330b63eb617a23e61c93fcbcaea9d47ee4b9b63ccaf30f71b1cecf5178bef81e04db09155d02eb06127f64c0dd05f1115e3e2b14cd5257e46326235c0fa95ead700ffdbf9523a588b50faaf3cea931a1ae3ee7491078e8b34266e4ef737c46ace356d27fb1baa22cf70c351cac75fa2b16024ed05b844a48ba008ef1507da54a31d9003b7a100adecd86f4d2bc5dbb58593000cbc6d76ab39945721cd2b50ab4b50efbfd7c5e00c3ba361167cb5298af2e9425cd7ae56e667070c84c03
\.

COPY customer_customer_demo (customer_id, customer_type_id) FROM stdin;
\.

COPY customer_demographics (customer_type_id, customer_desc) FROM stdin;
\.

COPY customers (customer_id, company_name, contact_name, contact_title, address, city, region, postal_code, country, phone, fax) FROM stdin;
SALIN	Salinas do Vouga	Dmytro Whitlock	Sales Representative	Rua das Salinas 46	Aveiro		3800-112	Portugal	(234) 555-4954	(234) 555-6515
MOINH	Moinho Velho	Tamsin Castellano	Owner	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal	(234) 555-4327	\N
IRMAO	Irmãos Tavares	Adaeze Lemaître	Order Clerk	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal	(234) 555-9452	\N
ARMAZ	Armazém Guaíba	Adaeze Abernathy	Marketing Assistant	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil	(51) 555-3812	(51) 555-4221
DOCES	Doce Serra	Adaeze Fournier	Accounting Manager	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil	(51) 555-2330	(51) 555-2187
TRESF	Três Figueiras	Łucja Hølund	Owner	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil	(51) 555-5564	(51) 555-1859
NORTH	Northshore Provisions	  Ottavia Quarrie 	Owner	Lakehead Road 60	Duluth	MN	55802	USA	(218) 555-7214	\N
IRONP	Iron Pier Grocers	Yannick Kowalczyk	Sales Representative	Lakehead Road 121	Duluth	MN	55802	USA	(218) 555-3033	(218) 555-8824
BIRCH	Birchbark Deli	Vicente Núñez	Marketing Assistant	Lakehead Road 7	Duluth	MN	55802	USA	(218) 555-2427	\N
LABAL	La Balanza	Keiko Eskildsen	Marketing Assistant	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina	(0341) 555-6744	(0341) 555-4389
DULCE	Dulces Ibarra	Marisol Urquhart	Marketing Assistant	Pasaje Ceibal 71	Rosario	\N	2000	Argentina	(0341) 555-4896	(0341) 555-0434
ESQUI	Esquina del Río	Rosalind Zetterlund	Marketing Assistant	Pasaje Ceibal 71	Rosario	\N	2000	Argentina	(0341) 555-1703	\\N
EPICE	Épicerie du Beffroi	Tamsin O'Shea	Sales Representative	rue du Beffroi 42	Lille	\N	59800	France	(20.55) 555-5137	\N
MAISO	Maison "Delvaux", fils	Ottavia Lemaître	Purchasing Agent	rue du Beffroi 99	Lille	\N	59800	France	(20.55) 555-9571	(20.55) 555-7836
LESDE	Les Deux Moulins	Ulla Ximénez	Order Clerk	rue du Beffroi 146	Lille	\N		France	(20.55) 555-5186	(20.55) 555-4260
CAJUD	Caju Dourado	Björn Whitlock	Marketing Assistant	Travessa da Maré 36	Recife	PE	50030-230	Brazil	(81) 555-5047	(81) 555-3567
MERCA	Mercado do Porto	Ione O'Shea	Marketing Assistant	Travessa da Maré 111	Recife	PE	50030-230	Brazil	(81) 555-4581	(81) 555-2296
SABOR	Sabor da Maré	Elspeth Papadakis	Sales Representative	Travessa da Maré 144	Recife	PE	50030-230	Brazil	(81) 555-7970	\N
WESER	Weserkontor	Greta Vandenberg	Order Clerk	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany	(0421) 555-0166	(0421) 555-7555
BACKE	Bäckerei Lührs	Greta Castellano	Marketing Assistant	Hafenstraße 62	Bremen	\N	28195	Germany	(0421) 555-0695	(0421) 555-5273
SCHLU	Schlüssel & Söhne	Elspeth Hølund	Order Clerk	Hafenstraße 82	Bremen	\N	28195	Germany	(0421) 555-3220	(0421) 555-0236
FOGBA	Fogbank Foods	Joaquín Kowalczyk	NULL	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada	(902) 555-8998	(902) 555-2090
SALTB	Saltbox Trading	Pascal Vandenberg	Owner	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada	(902) 555-1464	\N
HARBO	Harbour Larder	Elspeth Sandoval	Order Clerk	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada	(902) 555-2205	\N
HUERT	Huerta Clara	Tamsin Núñez	Sales Manager	Calle de la Lonja 117	Valencia	\N	46003	Spain	(96) 555-3948	(96) 555-3212
ELAZA	El Azafrán	Pascal Brandão	Purchasing Agent	Calle de la Lonja 175	Valencia	\N	46003	Spain	(96) 555-8755	(96) 555-8585
NARAN	Naranjos Reunidos	Hugo Yarrow	Order Clerk	Calle de la Lonja 75	Valencia	NULL	46003	Spain	(96) 555-2523	(96) 555-8787
GLASH	Glashütten Markt	Adaeze Vandenberg	Owner/Marketing Assistant	Am Glaswerk 103	Jena	\N	07743	Germany	(03641) 555-1715	\N
KRAUT	Kräuterhaus Jena	Zoë Sandoval	Marketing Assistant	Am Glaswerk 69	Jena	\N	07743	Germany	(03641) 555-3469	(03641) 555-6741
ZUMAL	Zum Alten Speicher	Keiko Fournier	Owner	Am Glaswerk 120	Jena	\N	07743	Germany	(03641) 555-2960	(03641) 555-3253
FERNC	Ferncreek Market	Vicente Ximénez	Owner	Ferncreek Avenue 37	Eugene	OR	97401	USA	(541) 555-3277	
UMPQU	Umpqua Pantry	Tamsin Ivanenko	Sales Manager	Ferncreek Avenue 122	Eugene	OR	97401	USA	(541) 555-8377	\N
CASCA	Cascadia Corner Store	Ione Whitlock	Order Clerk	Ferncreek Avenue 88	Eugene	OR	97401	USA	(541) 555-9855	(541) 555-7254
ORESU	Öresunds Delikatesser		Owner/Marketing Assistant	Fiskgränd 39	Malmö	\N	211 22	Sweden	(040) 555-7591	(040) 555-8411
KARDE	Kardemumma	Joaquín Ivanenko	Purchasing Agent	Fiskgränd 157	Malmö	\N	211 22	Sweden	(040) 555-6039	\N
FISKG	Fiskgränden	Wanda D'Arcy	Marketing Assistant	Fiskgränd 19	Malmö	\N	211 22	Sweden	(040) 555-0391	(040) 555-8661
ELTUR	El Turpial	Tamsin Vandenberg	Purchasing Agent	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela	(051) 555-7819	(051) 555-5707
FRUTA	Frutas Crepúsculo	Faisal Castellano	Purchasing Agent	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela	(051) 555-5644	\N
ABAST	Abasto Jacinto	Łucja Hølund	Sales Representative	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela	(051) 555-0123	(051) 555-0916
BROSU	Brosundet Mat	Chiara Ximénez	Owner	Sjøgata 44	Ålesund	\N	6002	Norway	(70) 555-9881	(70) 555-1155
SJHUS	Sjøhuset	Elspeth Grünwald	Order Clerk	Sjøgata 19	Ålesund		6002	Norway	(70) 555-9107	(70) 555-9702
KLIPP	Klippfisk & Co	Wanda Hølund	Purchasing Agent	Sjøgata 86	Ålesund	\N	6002	Norway	(70) 555-1001	(70) 555-0396
DEGOU	De Gouden Korenaar	Adaeze Zetterlund	Purchasing Agent	Korenkaai 108	Gent	\N	9000	Belgium	(09) 555-4498	(09) 555-0629
WATER	Waterzooi Traiteur	Wanda Zetterlund	Owner/Marketing Assistant	Korenkaai 21	Gent	\N	9000	Belgium	(09) 555-2151	(09) 555-9799
PEPER	Peper en Zout	Niamh Ramsbottom	Order Clerk	Korenkaai 47	Gent	\N	9000	Belgium	(09) 555-5416	(09) 555-2463
DROGH	Drogheria Ghirardi	Chiara D'Arcy, "la Contessa"	Owner/Marketing Assistant	Via del Mulino 81	Parma	\N	43121	Italy	(0521) 555-6520	(0521) 555-9407
FORNO	Forno Antico	Joaquín Hølund	Purchasing Agent	Via del Mulino 58	Parma	\N	43121	Italy	(0521) 555-8471	\N
LATTE	Latteria Zobi	Hugo Ivanenko	Marketing Assistant	Via del Mulino 105	Parma	\N	43121	Italy	(0521) 555-5959	(0521) 555-0203
ELIAF	Ελιά Elia Foods	Ελένη Παπαδάκη	Marketing Assistant	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα	(2310) 555-0751	(2310) 555-2908
THERM	Thermaikos Market	Tamsin Montalvo	Sales Representative	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα	(2310) 555-5014	\N
KALAM	Kalamata & Sons	Björn Yarrow	Sales Manager	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα	(2310) 555-9848	\N
MAGNO	Magnolia Mercantile	Hugo Castellano	Marketing Assistant	Magnolia Row 166	Savannah	GA	31401	USA	(912) 555-2934	\N
TIDEW	Tidewater Foods	Dmytro Ximénez	Owner	Magnolia Row 57	Savannah	GA	31401	USA	(912) 555-9030	\N
PECAN	Pecan Alley	Wanda Vandenberg	Order Clerk	Magnolia Row 125	Savannah	GA	31401	USA	(912) 555-1781	(912) 555-1578
WISNI	Wiśniowy Sad	Rosalind Ramsbottom	Purchasing Agent	ul. Wiśniowa 12	Łódź	\N	90-001	Poland	(42) 555-9633	\N
PIEKA	Piekarnia Żuraw	Niamh O'Shea	Sales Representative	ul. Wiśniowa 82	Łódź	\N	90-001	Poland	(42) 555-3957	(42) 555-2579
BAUCK	Bałucki Rynek	Adaeze Quarrie	Accounting Manager	ul. Wiśniowa 103	Łódź	\N	90-001	Poland	(42) 555-0623	(42) 555-1382
COALQ	Coal Quay Stores	Dmytro Grünwald	Sales Representative	Coal Quay 72	Cork	Co. Cork		Ireland	(021) 555-4010	(021) 555-2335
ODRIS	O'Driscoll's Foods	Adaeze Núñez	Marketing Assistant	Coal Quay 117	Cork	Co. Cork	\N	Ireland	(021) 555-4383	(021) 555-7314
LEEVA	Lee Valley Larder	Faisal Montalvo	Accounting Manager	Coal Quay 41	Cork	Co. Cork	\N	Ireland	(021) 555-4122	(021) 555-9069
KHLIB	Хліб Khlib Trade	Дмитро Іваненко	Order Clerk	вул. Липова 9	Київ	\N	01001	Україна	(044) 555-0715	(044) 555-8774
LYPAM	Lypa Market	Dmytro Takahata	Owner/Marketing Assistant	вул. Липова 57	Київ	\N	01001	Україна	(044) 555-6925	\N
DNIPR	Dnipro Delicatessen	Joaquín Sandoval	Order Clerk	вул. Липова 108	Київ	\N	01001	Україна	(044) 555-8562	\N
AUXTI	Aux Tilleuls	Zoë O'Shea	Sales Manager	quai des Tilleuls 46	Annecy	\N	74000	France	(50.55) 555-2176	(50.55) 555-7577
FROMA	Fromagerie Vuarand	Björn Ramsbottom	Order Clerk	quai des Tilleuls 63	Annecy	\N	74000	France	(50.55) 555-5150	(50.55) 555-7298
GRENI	Grenier du Lac	Björn Zetterlund	Sales Representative	quai des Tilleuls 114	Annecy	\N	74000	France	(50.55) 555-2675	\N
ADOBE	Adobe Kitchen Supply	Yannick D'Arcy	Sales Representative	Camino Piñon 152	Santa Fe	NM	87501	USA	(505) 555-6597	\N
CHIMA	Chimayo Road Foods	Łucja Yarrow	Owner/Marketing Assistant	Camino Piñon 69	Santa Fe	NM	87501	USA	(505) 555-8027	(505) 555-1647
JUNIP	Juniper Wholesale	Ione D'Arcy	Owner/Marketing Assistant	Camino Piñon 173	Santa Fe	NM	87501	USA	(505) 555-1191	(505) 555-4082
MLLER	Mølleriet	Chiara Hølund	Sales Manager	Møllestien 135	Aarhus	\N	8000	Denmark	(86) 555-0040	(86) 555-4387
JYSKK	Jysk Kolonial	Adaeze Quarrie	Marketing Assistant	Møllestien 151	Aarhus	\N	8000	Denmark	(86) 555-2066	(86) 555-5423
DENBL	Den Blå Krukke	Greta Papadakis	Purchasing Agent	Møllestien 124	Aarhus	\N	8000	Denmark	(86) 555-7910	\N
CORMO	Cormorant Cove Foods	Zoë O'Shea	Accounting Manager	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada	(250) 555-7690	(250) 555-3832
GARRY	Garry Oak Grocery	Hugo Castellano	Sales Representative	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada	(250) 555-7472	(250) 555-9649
INNER	Inner Harbour Imports	Tamsin Zetterlund	Sales Manager	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada	(250) 555-5725	(250) 555-5030
KAPEL	Kapellhof	Ione Núñez	Owner	Kapellgasse 80	Luzern	\N	6003	Switzerland	(041) 555-4495	(041) 555-3994
ZWYSS	Zwyssig Käse	Tamsin Ramsbottom	Accounting Manager	Kapellgasse 117	Luzern	\N	6003	Switzerland	(041) 555-3775	(041) 555-0038
PILAT	Pilatus Vorrat	Greta Papadakis	Owner/Marketing Assistant	Kapellgasse 150	Luzern	\N	6003	Switzerland	(041) 555-5109	\N
SHIRA	白樺 Shirakaba Shop	高畑 桂子	Accounting Manager	北一条西 135	札幌市	\N	060-0001	日本	(011) 555-9875	(011) 555-1703
YUKIG	Yukiguni Foods	Pascal Núñez	Purchasing Agent	北一条西 1	札幌市	\N	060-0001	日本	(011) 555-3891	(011) 555-4052
TOYOH	Toyohira Market	Vicente Papadakis	Order Clerk	北一条西 162	札幌市	\N	060-0001	日本	(011) 555-7487	(011) 555-7457
MAPLE	Maple Wharf Co-op	Quentin Quarrie	Order Clerk	Maple Wharf 74	Burlington	VT	05401	USA	(802) 555-6292	(802) 555-9371
QUEEN	Queen City Deli	Tamsin Whitlock	Sales Representative	Maple Wharf 147	Burlington	VT	05401	USA	(802) 555-6054	(802) 555-2645
VERGE	Vergennes Mill	Rosalind Whitlock	Marketing Assistant	Maple Wharf 28	Burlington	VT	05401	USA	(802) 555-8329	(802) 555-4671
KOSKI	Koskipuoti	Björn Núñez	Order Clerk	Koskikatu 77	Tampere	\N	33100	Finland	(03) 555-3551	(03) 555-0197
RUISL	Ruisleipä Oy	Marisol Yarrow	Order Clerk	Koskikatu 73	Tampere	\N	33100	Finland	(03) 555-6889	(03) 555-2088
NASIJ	Näsijärven Herkku	Faisal Ximénez	Purchasing Agent	Koskikatu 14	Tampere	\N	33100	Finland	(03) 555-8306	(03) 555-3682
TANNE	Tannery Yard Foods	Marisol Takahata	Sales Manager	Tannery Yard 118	Leeds	\N	LS1 4AP	UK		\N
RHUBA	Rhubarb & Rye	Greta Papadakis	Sales Manager	Tannery Yard 101	Leeds	\N	LS1 4AP	UK	(0113) 555-1723	\N
WHARF	Wharfedale Wholefoods	Vicente Ivanenko	Sales Manager	Tannery Yard 174	Leeds	\N	LS1 4AP	UK	(0113) 555-7066	\N
QUILL	Quillfeather Trading	Adaeze Ximénez	Marketing Assistant	 	Leeds	\N	LS1 4AP	UK	(0113) 555-4317	\N
\.

COPY employees (employee_id, last_name, first_name, title, title_of_courtesy, birth_date, hire_date, address, city, region, postal_code, country, home_phone, extension, photo, notes, reports_to, photo_path) FROM stdin;
1	Okafor	Ngozi	Account Executive	Ms.	1961-03-30	1991-02-11	Ferncreek Avenue 43	Eugene	OR	97401	USA	(541) 555-5442	2149	\\xf0b5e66ecf03717b8a165459484ac8e9f1747c3e1202c4f452f7412294a0f3f2ab230c44b458349ae1d1a591a2ffde553a24bc8e9fc30669907fd905ebaeeaa63dc6c1ac45d287286a15518d845bfaf982954c969bc2d8aaaf2bfbdd78fe8385885e2a1d56b243d56fb0b1ed67b99226981f9e805f760818ee0adbf84f6629c0606c0fd4eca1df6d63388b3cce702d2cfdc514818662530057d7497264012775e7730d0ba861fc9cd3bf33117d772fca9379391b4b19688c7a10d0bd134689efdce2ad421e8fe4a9a3a7c7e0e53b9709be04a43ff6993135dae8175a0e471a21b74d9dcc5dcdc92e37b31ce3cbbb3020d665b6ba5c7e3625f56b4eb8403207501f8eb761142d5f9ac861cd9f6e5f7fb36bb1753e89b1126c6de1ef5fe5ca43761fd0a9e3caaabb901a960124c60b1719e12d06d71fd8acd6f394cc09c482b71bbfef0f5390d33d2e3f9dc0645e65596b1580f969bf29b0c1ac847ba4e52618bfea8471b82f443295503bb0f44bb469da954437	Speaks French; "fluent" Igbo.\nLikes tabs:\tone, two.	2	http://example.com/employees/okafor.bmp
2	Lindqvist	Henrik	Head of Sales	Dr.	1948-02-29	1989-09-01	Tannery Yard 5	Leeds	\N	LS1 4AP	UK	(0113) 555-4794	2213	\\x98d62ce5ece089a069c1aae9f5e460adc22526ef3b76c0e1743877493555f4b3a757d90481c4f1e2dfdd005f52ce4f7a1c7b1a9e83dbc386d7dc30eed513ac14196bfc87201b44fd667536f7284093fbca5e2202b0586e2db9f34b726d2965ab01d1d23d8d6733eb820fcdea6fdee77cc8232ebda3e65dda9dcbf91208f0060c95bf2fe39b4ac5a16a9c84d39f48c7ae7063348e5b0ba44e852a8f3180d45a07b596f2a9ff519050a25cc942549a3747162b414d92b2c6e81d61b7154cd0590d9779f6241064b87d7f4562becc3f6c99713e037888d8f8a88a43bafe7e0a270973180eb41e94bc21b16839538ba6cf1f3ab6afbb56fa3c8c3217a51146ed910517aef8970007172b090da7e633f97acdeaf0084e9bf2164bd91d6355aeed2cbdbbd58dec5c6a3ac77b442bb89bb5637c27b50577c2ad183cd7a4e0df73e5bb555e1266f41a911c14a63d0c27a595023af7388f6bc79ac989302d14d31c06f733e4157739d49da4c2df589a721cd598d0348a76ba1358		\N	http://example.com/employees/lindqvist.bmp
3	Peralta	Inés	Account Executive	Ms.	1966-12-05	1992-07-20	Cormorant Street 88	Victoria	BC	V8W 1P6	Canada	(250) 555-0715	3063	\\xb14553fa6de18b51245eb9c94a56f5c3b4d62fa8ab09581f922ccdf9d3d146a565c2bcd23083370b49f26c78c5beef9b791e52c6d799aaebf44b040aa9ba43db5a64a65df3b5b79f266b8fd0a4b23e2b1c21422d5938e0849ea2075528e2057ed4dc3c9436cc9ccea3197df72e86765c13015f085427e8817f393fe64d71b617de8e6895772285ff3aac47e9cb1248e73b57b87c8d6ae58cec7503108a60af236e98c1027293c0617afe32df90200d0029ad252ae366c4314c18e44f67fc5b8044416374b0c7889d69eaaef1ee873dfbf80ec83540966f15bd709162d51b9a730c8911ed1dd8a11416a0ddbb8297cab3f033f6504e34daa70fcffd7bbf06d91a178a70259952815f515b99fbefdcd549fa451f80bb57a548f7737a88dffc87719e116cd8c70fda62fb5d368ce26edeb65c4c81665fa6e09525385e9d231452480789eb88bcd4d6e970ae1ee16079e34930d29915075901d52f4663826ea0a86f18fab01571c0fd10027a6ce4d3546b95e2336416a406ef8692153b78db8948fba987334ce622889e5ac4e8dbbc340f6e4f31df37d2f01ee965362f097f62d9d50e66632d4043b1571c3871903eb337ab9b2cc0648a99a0710ec9dc7d9444e6af38d1fc58fe7b2db756bb95	\N	2	\N
4	Hargreave	Maud	Key Accounts	Mrs.	1950-06-17	1990-01-15	Lakehead Road 20	Duluth	MN	55802	USA	(218) 555-5280	4554	\\x82bfda7913bd9d9ee486ff66cd5cc327f1aa32dbd67ad0cb0897f745ad2c8a261d36b7b2c97578706b744d2bb45d8521f8f63ccf23a03f296aef075f40914895f2f5ba19fae958e73a80a24f33839c12c70bc5c8e5a934981f904b88f09ffd9416eab551651c5b8c7ce1223124bc96dea856fe39b18e03927d49e2c6e8be38ee0017b9286e04b8acf954612ad4503ed83087a7d22d010e71599a0a1e67e01bfc18a13d9925af05f35a9ba4e373f47fb076cad55eeba54e8f72d7c4dc14551a848146c0df20644315a6e66f6decd1536811476009a34cd37b42ab938b578d061063022fc152fb770d0c44c2692ebbddae353762edd93bcecc894a6c410f7eb6b3c05db945383a329ba4ba1ac47a60806e3365a5b7ea31e4ccb6fa23c6e61f98f24bdae86f2537d46c5071ed4104f25162f94815e33e38f03ae6554d378a8f65814cd6efc0d112403427f7e7ea8e1d6d0ee74349f233ec4faa1be56658a797401f9306df582b531d518b68554a7cc770c47b1e2bd87a6184d8605c5d028b7a7e7378b72ffb1ddd2ccb42148ad6d8e0fa0d611bc173becbffade08c14e41715d447a90735b70982ef36b4be9ec4b2033189f8379620d87185ab22baccdc483b2ae6706385b2	Left school at 16;\n\\.\nnotes go on after a line that would end a COPY.	2	http://example.com/employees/hargreave.bmp
5	Szabó	Gergő	Regional Manager, Europe	Mr.	1957-10-08	1990-11-05	Tannery Yard 58	Leeds	\N	LS1 4AP	UK	(0113) 555-3363	4131	\\x7c252fe741c9b4426a32f757cc4a3cd71c02d5c7fe44630aaeda60ba224e5443c387eeec266118a17fe8fc27eb208df38fa509f6e97a4c4750d8bc216b5ea09c4f2b35011a94fa5fb8d034e33b40deff0b78d273933e0d6c77a897c18c65d406e4f5cd556d0899301efdaa29f010bf811d7ecb31161438749b3a15a7c2bb3fdb3d98f923ca2a80af9124e153b246b73784a9dd050c1279135cb9b6cf36e2499a7dab0fa48eb12c11966e2e68725b56f8481fa604a27064754bacc090df9f678bc6c5edd90019f433b5ea62be2dd17652c8f2a3e0928817fb8959691b45b3c4dc395185666f7b86839eced3f195580371bd5ab00e280782d6e65def9dad8ae54d80273ca447e30fde9fd25a112ca0061cc8e0dbd68ee0b28e6c06163f751ef893bde439e2f54420cce3cc689a1d3c6bbe16ed07f83cd1d1f478b24ad51be2970ff05011420648b5fda1dad2b66240278c34bd52948ba02741b036abf763f69df186c0ae31849476a8e8cbcf24b4a0f0002cf95fb49765708ffc88ca4db69abee114f79c4276183bd6b6dd291b617eb54cbc9549c91297300a7a859c60edc82701f5691a2db32d5fad5aa7f2caa0a04fa3a6967dc034b6fa0940fc15d19411a101d94dece5226727c118121ddb3f52728d69f25779dc3e2cd650e4d25f5519df71572d	Path: \\\\share\\notes\\new.txt, 100% \\t\\n not escapes	2	http://example.com/employees/szabó.bmp
6	Nakagawa	Sora	Account Executive	Mr.	1969-04-22	1995-03-13	Tannery Yard 41	Leeds	\N	LS1 4AP	UK	(0113) 555-8738	953	\\x	中川 空: 日本語, English. 👩‍🚀	5	http://example.com/employees/nakagawa.bmp
7	O'Rourke	Cillian	Account Executive	Mr.	1964-08-14	1993-06-28	Coal Quay 127	Cork	Co. Cork	\N	Ireland	(021) 555-0513	2579	\N	Cillian joined in 1993 and sells to Ireland and beyond.	5	http://example.com/employees/o'rourke.bmp
8	Vasquez	Lucía	Sales Desk	Ms.	1971-01-01	1995-12-31	Casa 9,\nCamino Piñon	Santa Fe	NM	87501	USA	(505) 555-1922	4035	\\xf7295cb1305d7f7807ff629e062e4a4e6eb4c9c1ad6a80f803d5ec1c856b95f1f57d708bf438144b7bd3d7c39d53f98e9927e8bf3fea7335609458ae5a0819240ea13c6d4136ed8de9ac2dcb698791a950dde24ddafbe62ab034a55bd8522621233700a7bba8f24696cd20318f7454c871defc66b36747ce0f0b22151b44ee92811a11bd12b6e0323a1659d4024cfdcfd01f7a2b576f1704e3c4a383d2d9e44993826461c089a4e1be059a28f03da6988a18019ca0ef0d9742f3651309863baadfa2b5af5f72d1901ddce7bc4f68842cb9f655c663b8fa9bc5b210b7d6c70cabc2cc7776bafedb39e551563e8c6c48eb45755e432588401e2f790a7eca9f7c3366a4226f9110540fe902289d3a9357fd915a2e7bc5b7b484ef668cf4ca79cbc54b66c15f59891342fc3fce014e8350f1f54c23ebcb840f02b0af7755465f6b9c6a5639a9ef2fc5a53b22d6261e17d0600047847925d9b246	Lucía joined in 1995 and sells to USA and beyond.	2	http://example.com/employees/vasquez.bmp
9	Ferraby	Tom	Account Executive	Mr.	1968-07-27	1994-08-08	Maple Wharf 58	Burlington	VT	05401	USA	(802) 555-2548	407	\\xa78c336cd6ad66caeae3ba2f1b081facde560f698dcda14473aacc652ea3c10babd452839c1a7e1e8bf6a5d55dfed0d9b8608677a83f842553af5f7c5a985514f1406eff1d0121f8055c2d7631b5c3f70a2a04d1d791df1946c750a65b481797e8064e572bc2116392430981e5343d7ac085a079fd959b42f0ce80596a589e784f07824796d28f0eb25e67ae41e9643ed3cb493075f9e7fc6d163c4c36001cfb2789e113eedbed93f2a938bd74bf02bbb17f88b78a0dbecf3510efa29f15b06fda5420b64a72b9e66b18f5ddc4247037e00c03e4872894e27d22dc3bf49d39ecc512718e6223c82cfac99abc9929b361eba44d4b2668327b513ac6b49045f3d8e8a6af3905060434fb93381704032256273aa02022c547a148b20245dd4aa2361b6c7508876c5bc2e3684dc5c2839d57b994db4c11dd95cdbfc55cdd9d682a183a51549ef590aa02b288c759a482c86fd3de8780b484f8ef7fb01be79e0602d8c89e673e7be8a10b3415ddd8ed6e500f41586356badb61d14a44cb1613fe7868c5e35ece21e369620311641da9ff49c0959ec67cd428ae87323af2a27f80d9a238f0d9c7b5ac52fab629cf6d0fe1396b188589d2f4e2ab66f03a50905e911d3e056e3dd04131b731d68724b3ff4e8e8bf3fc0f61ce6b82900309e565718fc0e415a1008bd07a5edbb1ea8a4fb17c0021f5a508c0c10c	Tom joined in 1994 and sells to USA and beyond.	5	
\.

COPY employee_territories (employee_id, territory_id) FROM stdin;
1	06358
1	08075
1	21811
1	23528
1	73321
1	83623
2	02924
2	13226
2	33830
2	47566
2	76755
2	80189
3	11509
3	16660
3	18377
3	38981
3	52717
3	85340
4	01207
4	04641
4	42415
4	54434
4	69887
4	87057
5	44132
5	49283
5	61302
5	68170
5	81906
6	09792
6	20094
6	40698
6	88774
6	90491
7	25245
7	26962
7	28679
7	35547
7	63019
8	30396
8	37264
8	45849
8	51000
8	78472
9	14943
9	32113
9	57868
9	59585
9	71604
\.

COPY orders (order_id, customer_id, employee_id, order_date, required_date, shipped_date, ship_via, freight, ship_name, ship_address, ship_city, ship_region, ship_postal_code, ship_country) FROM stdin;
10248	CHIMA	2	1996-07-04	1996-07-18	1996-07-10	5	493.93	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10249	BACKE	3	1996-07-05	1996-07-19	1996-07-10	3	16.41	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
10250	TRESF	2	1996-07-06	1996-08-03	1996-07-20	5	34.84	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10251	YUKIG	2	1996-07-07	1996-08-04	1996-07-10	4	88.75	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
10252	WESER	3	1996-07-08	1996-08-05	1996-07-26	3	0.27	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10253	FRUTA	3	1996-07-08	1996-08-05	1996-07-20	4	3.72	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10254	CORMO	8	1996-07-09	1996-08-20	1996-07-10	1	742.26	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10255	COALQ	5	1996-07-10	1996-08-21	1996-07-21	2	8.98	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10256	ESQUI	9	1996-07-11	1996-08-08	1996-07-17	2	8.12	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10257	QUILL	2	1996-07-12	1996-08-09	1996-07-16	3	292.52	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10258	LATTE	5	1996-07-12	1996-08-23	1996-07-18	4	372.55	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10259	JYSKK	3	1996-07-13	1996-07-27	1996-08-02	3	0.03	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10260	DROGH	8	1996-07-14	1996-08-11	1996-07-18	6	3.75	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10261	SCHLU	5	1996-07-15	1996-07-29	1996-08-04	6	0.02	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10262	WHARF	7	1996-07-16	1996-07-30	1996-07-21	1	0.02	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10263	COALQ	4	1996-07-16	1996-08-27	1996-07-30	6	0.18	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10264	NASIJ	4	1996-07-17	1996-08-28	1996-08-03	5	1.42	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10265	BIRCH	1	1996-07-18	1996-08-29	1996-07-19	2	48.55	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10266	ELIAF	8	1996-07-19	1996-08-16	1996-07-29	3	0.02	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10267	KLIPP	2	1996-07-20	1996-08-17	1996-07-29	5	0.02	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
10268	DENBL	7	1996-07-21	1996-08-18	1996-08-07	1	0.42	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10269	FERNC	9	1996-07-21	1996-08-18	1996-07-24	3	0.17	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10270	ZWYSS	7	1996-07-22	1996-08-05	1996-08-11	6	131.31	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10271	ADOBE	7	1996-07-23	1996-08-20	1996-07-24	4	0.02	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10272	DENBL	2	1996-07-24	1996-09-04	1996-08-01	5	127.57	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10273	INNER	4	1996-07-25	1996-08-22	1996-07-31	2	106.23	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10274	KARDE	8	1996-07-25	1996-08-08	1996-07-31	3	8.59	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10275	MAPLE	6	1996-07-26	1996-08-23	1996-08-11	4	382.04	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10276	QUILL	5	1996-07-27	1996-09-07	1996-07-29	2	0.48	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10277	JUNIP	4	1996-07-28	1996-08-25	1996-08-10	1	0.03	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10278	INNER	2	1996-07-29	1996-08-12	1996-08-05	4	0.02	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10279	MERCA	5	1996-07-29	1996-08-12	1996-08-13	1	47.32	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
10280	SCHLU	9	1996-07-30	1996-08-13	1996-08-17	6	854.63	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10281	FROMA	6	1996-07-31	1996-08-14	1996-08-15	4	10.87	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10282	DENBL	9	1996-08-01	1996-09-12	1996-08-18	4	1.24	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10283	FISKG	5	1996-08-02	1996-08-16	1996-08-04	2	90.79	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10284	ODRIS	6	1996-08-02	1996-08-30	1996-08-13	2	2.24	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10285	DEGOU	5	1996-08-03	1996-08-31	1996-08-15	1	198.67	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10286	DULCE	5	1996-08-04	1996-09-15	1996-08-24	6	17.05	Dulces Ibarra	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10287	SALTB	6	1996-08-05	1996-08-19	1996-08-17	1	488.78	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10288	MAISO	1	1996-08-06	1996-09-03	1996-08-22	5	339.29	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10289	FISKG	5	1996-08-07	1996-08-21	1996-08-21	3	23.36	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10290	SALIN	6	1996-08-07	1996-09-04	1996-08-20	1	0.02	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10291	ORESU	8	1996-08-08	1996-08-22	1996-08-18	4	35.36	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10292	GLASH	6	1996-08-09	1996-08-23	1996-08-30	1	777.8	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10293	ZUMAL	3	1996-08-10	1996-08-24	1996-08-28	1	52.12	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10294	SALIN	3	1996-08-11	1996-09-08	1996-08-16	2	0.02	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10295	BAUCK	2	1996-08-11	1996-08-25	1996-08-16	2	712.99	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10296	PECAN	4	1996-08-12	1996-09-23	1996-08-25	2	1.11	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10297	PECAN	4	1996-08-13	1996-09-24	1996-08-21	1	237.4	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10298	BIRCH	6	1996-08-14	1996-09-11	1996-08-27	2	1.09	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10299	DROGH	4	1996-08-15	1996-08-29	1996-08-19	1	7.49	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10300	HARBO	3	1996-08-15	1996-09-26	1996-09-03	5	52.12	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10301	ADOBE	1	1996-08-16	1996-09-13	1996-08-28	5	0.02	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10302	SALTB	7	1996-08-17	1996-09-28	1996-09-06	3	16.34	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10303	RHUBA	5	1996-08-18	1996-09-15	1996-09-04	3	0.03	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10304	YUKIG	4	1996-08-19	1996-09-16	1996-09-09	1	2.1	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
10305	LEEVA	5	1996-08-19	1996-09-16	1996-09-05	2	0.03	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10306	PIEKA	2	1996-08-20	1996-10-01	1996-08-24	4	97.48	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10307	UMPQU	4	1996-08-21	1996-09-18	1996-08-31	5	0.02	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10308	DROGH	9	1996-08-22	1996-09-19	1996-08-25	1	39.13	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10309	EPICE	2	1996-08-23	1996-09-20	1996-09-07	3	0.19	Épicerie du Beffroi	rue du Beffroi 42	Lille	\N	59800	France
10310	HARBO	8	1996-08-24	1996-10-05	1996-09-01	4	3.3	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10311	MAPLE	7	1996-08-24	1996-09-21	1996-08-27	2	28.25	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10312	MAISO	8	1996-08-25	1996-10-06	1996-09-13	5	0.02	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10313	FISKG	5	1996-08-26	1996-09-09	1996-09-09	6	8.68	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10314	DULCE	1	1996-08-27	1996-09-10	1996-09-16	4	0.05	Dulces Ibarra	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10315	HUERT	2	1996-08-28	1996-09-25	1996-09-11	4	776.03	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10316	SALIN	7	1996-08-28	1996-09-25	1996-09-07	2	389.33	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10317	MAISO	4	1996-08-29	1996-09-12	1996-09-18	4	5.24	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10318	DULCE	9	1996-08-30	1996-09-13	1996-09-12	5	0.02	Dulces Ibarra	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10319	FISKG	6	1996-08-31	1996-09-28	1996-09-07	5	0.14	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10320	KRAUT	5	1996-09-01	1996-09-29	1996-09-08	1	1.25	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10321	HUERT	3	1996-09-01	1996-09-29	1996-09-21	4	885.42	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10322	DEGOU	4	1996-09-02	1996-09-30	1996-09-14	2	0.02	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10323	FOGBA	8	1996-09-03	1996-10-01	1996-09-10	6	0.02	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10324	LEEVA	7	1996-09-04	1996-10-02	1996-09-19	4	1.12	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10325	LATTE	1	1996-09-05	1996-09-19	1996-09-15	6	0.31	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10326	ZUMAL	8	1996-09-05	1996-10-03	1996-09-26	2	0.02	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10327	QUEEN	2	1996-09-06	1996-09-20	1996-09-12	4	282.54	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10328	NASIJ	5	1996-09-07	1996-10-05	1996-09-21	6	20.13	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10329	QUEEN	9	1996-09-08	1996-10-20	1996-09-22	5	729.63	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10330	AUXTI	5	1996-09-09	1996-10-07	1996-09-10	5	0.03	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10331	HARBO	4	1996-09-10	1996-10-08	1996-09-25	6	120.62	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10332	PILAT	6	1996-09-10	1996-09-24	1996-09-21	4	2.27	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10333	KOSKI	4	1996-09-11	1996-10-09	1996-10-02	3	39.13	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10334	LATTE	8	1996-09-12	1996-10-10	1996-10-02	6	0.02	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10335	NORTH	9	1996-09-13	1996-09-27	1996-10-02	3	855.97	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10336	COALQ	8	1996-09-14	1996-10-12	1996-09-27	2	273.81	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10337	ELIAF	6	1996-09-14	1996-10-12	1996-09-19	6	0.02	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10338	ORESU	9	1996-09-15	1996-10-13	1996-09-29	6	682.68	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10339	KAPEL	6	1996-09-16	1996-09-30	1996-09-18	1	459.76	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10340	MAPLE	2	1996-09-17	1996-10-29	1996-09-18	5	0.31	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10341	WESER	4	1996-09-18	1996-10-02	1996-10-04	1	2.31	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10342	NASIJ	4	1996-09-18	1996-10-16	1996-09-26	6	1.19	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10343	CASCA	9	1996-09-19	1996-10-31	1996-09-29	2	0.05	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10344	DROGH	2	1996-09-20	1996-10-04	1996-10-02	4	191.11	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10345	TRESF	3	1996-09-21	1996-10-19	1996-09-27	4	764.87	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10346	WISNI	4	1996-09-22	1996-10-06	1996-09-23	2	356.06	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10347	MAPLE	4	1996-09-22	1996-11-03	1996-09-30	6	0.21	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10348	KARDE	4	1996-09-23	1996-10-21	1996-10-01	2	0.02	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10349	LABAL	1	1996-09-24	1996-10-08	1996-09-27	3	0.02	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10350	ORESU	2	1996-09-25	1996-10-23	1996-10-10	2	35.18	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10351	FROMA	3	1996-09-26	1996-10-10	1996-10-14	1	0.02	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10352	FOGBA	5	1996-09-27	1996-11-08	1996-10-13	4	33.68	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10353	RHUBA	4	1996-09-27	1996-10-25	1996-10-13	6	0.02	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10354	MAISO	6	1996-09-28	1996-10-26	1996-10-05	5	638.64	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10355	DOCES	2	1996-09-29	1996-10-27	1996-10-11	6	1.34	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10356	PECAN	3	1996-09-30	1996-10-28	1996-10-10	2	0.16	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10357	YUKIG	3	1996-10-01	1996-10-29	1996-10-10	1	0.02	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
10358	DROGH	3	1996-10-01	1996-10-29	1996-10-13	4	0.07	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10359	FRUTA	3	1996-10-02	1996-10-30	1996-10-08	3	2.22	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10360	ELTUR	1	1996-10-03	1996-10-31	1996-10-10	4	269.57	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10361	KRAUT	7	1996-10-04	1996-11-01	1996-10-14	1	14.81	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10362	SALIN	3	1996-10-05	1996-10-19	1996-10-18	6	178.25	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10363	BAUCK	4	1996-10-05	1996-11-02	1996-10-24	1	2.26	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10364	JYSKK	6	1996-10-06	1996-11-03	1996-10-20	5	2.72	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10365	KALAM	4	1996-10-07	1996-11-04	1996-10-08	3	0.02	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10366	LYPAM	6	1996-10-08	1996-11-05	1996-10-15	3	415.26	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10367	GLASH	6	1996-10-09	1996-11-06	1996-10-19	5	4.2	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10368	DROGH	9	1996-10-09	1996-10-23	1996-10-24	6	68.56	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10369	ORESU	2	1996-10-10	1996-11-07	1996-10-15	5	6.5	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10370	IRONP	8	1996-10-11	1996-11-08	1996-10-19	2	0.91	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10371	TANNE	2	1996-10-12	1996-11-09	1996-10-28	3	0.22	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10372	QUILL	8	1996-10-13	1996-11-10	1996-10-14	3	0.89	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10373	SALIN	9	1996-10-14	1996-11-11	1996-11-01	4	0.02	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10374	ELAZA	4	1996-10-14	1996-10-28	1996-10-22	1	0.32	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10375	EPICE	1	1996-10-15	1996-10-29	1996-10-17	4	323.54	Épicerie du Beffroi	rue du Beffroi 42	Lille	\N	59800	France
10376	DENBL	4	1996-10-16	1996-10-30	1996-10-22	1	48.01	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10377	WHARF	6	1996-10-17	1996-11-28	1996-10-23	4	0.02	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10378	TIDEW	8	1996-10-18	1996-11-15	1996-11-08	4	586.81	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10379	ZUMAL	7	1996-10-18	1996-11-01	1996-10-25	3	791.79	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10380	DENBL	8	1996-10-19	1996-11-16	1996-10-30	5	0.49	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10381	KLIPP	8	1996-10-20	1996-12-01	1996-11-05	5	10.26	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
10382	SHIRA	3	1996-10-21	1996-11-18	1996-11-06	6	0.02	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10383	ABAST	6	1996-10-22	1996-11-19	1996-11-03	6	0.78	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10384	PIEKA	6	1996-10-22	1996-11-05	1996-10-31	4	3.92	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10385	CAJUD	9	1996-10-23	1996-11-20	1996-11-10	6	0.03	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10386	CASCA	1	1996-10-24	1996-11-21	1996-11-13	4	0.05	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10387	TANNE	9	1996-10-25	1996-11-22	1996-11-02	4	0.96	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10388	ARMAZ	3	1996-10-26	1996-11-23	1996-11-04	6	0.02	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10389	ELTUR	9	1996-10-26	1996-12-07	1996-11-14	6	0.02	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10390	BIRCH	3	1996-10-27	1996-11-24	1996-11-14	3	0.02	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10391	KALAM	1	1996-10-28	1996-11-25	1996-11-06	3	149.63	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10392	UMPQU	9	1996-10-29	1996-11-26	1996-10-30	5	0.02	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10393	FISKG	4	1996-10-30	1996-11-13	1996-11-01	5	0.02	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10394	NARAN	1	1996-10-31	1996-11-28	1996-11-08	4	0.36	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10395	ZUMAL	8	1996-10-31	1996-11-28	1996-11-15	3	52.66	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10396	PECAN	2	1996-11-01	1996-11-29	1996-11-02	5	1.22	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10397	FROMA	4	1996-11-02	1996-11-16	1996-11-06	6	28.6	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10398	MAISO	7	1996-11-03	1996-12-01	1996-11-18	3	0.1	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10399	SALIN	2	1996-11-04	1996-12-16	1996-11-14	1	171.87	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10400	FOGBA	4	1996-11-04	1996-12-16	1996-11-11	2	610.47	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10401	IRMAO	6	1996-11-05	1996-12-17	1996-11-22	6	0.14	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10402	JYSKK	8	1996-11-06	1996-12-04	1996-11-19	4	2.43	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10403	PECAN	9	1996-11-07	1996-12-19	1996-11-28	2	0.02	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10404	BIRCH	8	1996-11-08	1996-12-06	1996-11-11	3	0.02	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10405	LABAL	8	1996-11-08	1996-12-06	1996-11-13	4	11.17	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10406	CHIMA	7	1996-11-09	1996-12-21	1996-11-30	2	16.21	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10407	PECAN	5	1996-11-10	1996-12-08	1996-11-29	4	128.49	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10408	TRESF	2	1996-11-11	1996-11-25	1996-11-20	2	27.85	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10409	BROSU	9	1996-11-12	1996-12-10	1996-11-28	2	226.7	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10410	KHLIB	6	1996-11-12	1996-12-24	1996-11-22	6	0.18	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10411	DOCES	1	1996-11-13	1996-11-27	1996-11-26	4	0.14	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10412	COALQ	8	1996-11-14	1996-11-28	1996-11-20	4	0.73	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10413	FROMA	9	1996-11-15	1996-12-13	1996-11-30	5	0.02	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10414	LATTE	8	1996-11-16	1996-12-14	1996-12-03	5	45.08	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10415	MAISO	3	1996-11-17	1996-12-15	1996-11-26	3	0.02	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10416	ZWYSS	5	1996-11-17	1996-12-15	1996-11-25	4	0.02	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10417	CHIMA	5	1996-11-18	1996-12-16	1996-12-03	6	502.77	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10418	CORMO	7	1996-11-19	1996-12-17	1996-12-02	1	0.12	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10419	ELTUR	1	1996-11-20	1997-01-01	1996-12-08	5	4.2	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10420	BROSU	1	1996-11-21	1996-12-19	1996-11-28	2	0.02	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10421	UMPQU	6	1996-11-21	1997-01-02	1996-12-11	6	0.02	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10422	TRESF	2	1996-11-22	1996-12-06	1996-11-27	4	3.49	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10423	BIRCH	4	1996-11-23	1996-12-21	1996-12-09	1	0.02	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10424	ZUMAL	4	1996-11-24	1996-12-22	1996-12-08	4	277.86	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10425	TOYOH	5	1996-11-25	1997-01-06	1996-12-07	2	196.52	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10426	JYSKK	5	1996-11-25	1997-01-06	1996-11-30	3	0.03	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10427	CASCA	7	1996-11-26	1996-12-24	1996-12-06	3	0.02	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10428	LEEVA	3	1996-11-27	1997-01-08	1996-12-08	2	0.16	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10429	WATER	6	1996-11-28	1997-01-09	1996-12-03	2	0.71	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
10430	LESDE	9	1996-11-29	1996-12-13	1996-12-10	2	7.53	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10431	BROSU	1	1996-11-29	1996-12-27	1996-12-11	3	0.07	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10432	GLASH	8	1996-11-30	1996-12-14	1996-12-10	5	0.04	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10433	COALQ	4	1996-12-01	1996-12-29	1996-12-13	3	175.38	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10434	ELAZA	6	1996-12-02	1996-12-30	1996-12-19	6	29.34	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10435	WESER	5	1996-12-03	1997-01-14	1996-12-07	4	0.28	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10436	GARRY	3	1996-12-04	1997-01-01	1996-12-11	4	152.36	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10437	FORNO	1	1996-12-04	1997-01-01	1996-12-15	1	16.01	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10438	SHIRA	8	1996-12-05	1997-01-02	1996-12-10	2	652.61	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10439	AUXTI	5	1996-12-06	1997-01-17	1996-12-10	6	15.76	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10440	LATTE	7	1996-12-07	1996-12-21	1996-12-28	2	0.9	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10441	ELTUR	4	1996-12-08	1997-01-19	1996-12-09	6	1.38	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10442	MAPLE	6	1996-12-08	1997-01-05	1996-12-25	1	647.16	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10443	ESQUI	3	1996-12-09	1997-01-06	1996-12-14	1	0.56	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10444	ODRIS	1	1996-12-10	1997-01-07	1996-12-25	2	0.02	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10445	COALQ	4	1996-12-11	1997-01-08	1996-12-30	4	0.03	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10446	DENBL	3	1996-12-12	1997-01-23	1996-12-21	3	63.66	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10447	VERGE	2	1996-12-12	1997-01-09	1996-12-29	4	0.48	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10448	GLASH	3	1996-12-13	1997-01-10	1996-12-14	1	0.04	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10449	LATTE	9	1996-12-14	1997-01-11	1997-01-01	3	0.02	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10450	IRMAO	1	1996-12-15	1997-01-26	1996-12-17	6	802.34	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10451	ZWYSS	4	1996-12-16	1997-01-13	1997-01-06	1	173.91	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10452	NASIJ	6	1996-12-16	1996-12-30	1997-01-02	6	1.8	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10453	PEPER	9	1996-12-17	1997-01-14	1996-12-20	6	844.34	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10454	TIDEW	6	1996-12-18	1997-01-15	1997-01-08	4	8.14	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10455	IRMAO	2	1996-12-19	1997-01-02	1997-01-02	4	0.03	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10456	SALIN	1	1996-12-20	1997-01-17	1997-01-04	1	173.91	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10457	FRUTA	3	1996-12-21	1997-01-04	1996-12-30	1	5.36	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10458	DNIPR	2	1996-12-21	1997-01-18	1996-12-29	2	0.52	Dnipro Delicatessen	вул. Липова 108	Київ	\N	01001	Україна
10459	KHLIB	8	1996-12-22	1997-01-19	1997-01-11	6	0.22	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10460	KALAM	4	1996-12-23	1997-01-20	1996-12-27	6	3.75	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10461	PILAT	1	1996-12-24	1997-01-21	1997-01-02	5	0.02	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10462	MOINH	8	1996-12-25	1997-01-08	1997-01-10	5	30.31	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10463	HARBO	1	1996-12-25	1997-01-22	1997-01-14	1	455.09	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10464	GLASH	4	1996-12-26	1997-01-23	1997-01-09	1	435.42	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10465	DROGH	3	1996-12-27	1997-02-07	1997-01-07	6	0.14	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10466	MLLER	1	1996-12-28	1997-01-25	1997-01-07	2	0.02	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10467	RUISL	7	1996-12-29	1997-01-12	1997-01-08	3	0.19	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10468	DROGH	3	1996-12-29	1997-01-26	1997-01-19	4	811.88	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10469	IRONP	3	1996-12-30	1997-01-27	1997-01-13	2	223.79	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10470	CORMO	6	1996-12-31	1997-01-14	1997-01-07	2	198.17	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10471	ESQUI	4	1997-01-01	1997-01-29	1997-01-19	5	0.37	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10472	JUNIP	7	1997-01-02	1997-01-16	1997-01-14	3	0.02	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10473	PILAT	6	1997-01-02	1997-01-30	1997-01-23	2	489.16	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10474	DENBL	1	1997-01-03	1997-01-17	1997-01-06	1	275.1	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10475	JYSKK	3	1997-01-04	1997-02-01	1997-01-20	2	0.12	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10476	NORTH	9	1997-01-05	1997-02-02	1997-01-25	2	0.02	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10477	ESQUI	1	1997-01-06	1997-01-20	1997-01-13	2	236.72	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10478	KRAUT	3	1997-01-07	1997-02-04	1997-01-25	2	1.62	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10479	DOCES	9	1997-01-07	1997-02-18	1997-01-09	1	207.32	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10480	GARRY	8	1997-01-08	1997-02-19	1997-01-21	3	0.73	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10481	WHARF	3	1997-01-09	1997-02-20	1997-01-27	4	0.05	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10482	LATTE	8	1997-01-10	1997-02-21	1997-01-29	5	339.29	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10483	MERCA	9	1997-01-11	1997-02-08	1997-01-16	6	103.55	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
10484	DEGOU	4	1997-01-11	1997-02-22	1997-01-20	4	4.05	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10485	GARRY	5	1997-01-12	1997-02-09	1997-01-25	3	0.95	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10486	IRMAO	3	1997-01-13	1997-02-10	1997-01-28	2	38.84	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10487	SJHUS	1	1997-01-14	1997-02-11	1997-01-17	6	13.16	Sjøhuset	Sjøgata 19	Ålesund		6002	Norway
10488	KOSKI	4	1997-01-15	1997-01-29	1997-01-27	5	0.03	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10489	TANNE	8	1997-01-15	1997-01-29	1997-01-21	3	0.02	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10490	KARDE	8	1997-01-16	1997-02-13	1997-02-05	2	0.02	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10491	WATER	9	1997-01-17	1997-02-14	1997-01-30	6	179.25	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
10492	CHIMA	6	1997-01-18	1997-02-01	1997-01-19	1	0.02	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10493	KARDE	3	1997-01-19	1997-02-16	1997-02-06	3	0.02	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10494	LATTE	1	1997-01-19	1997-03-02	1997-01-22	3	317.23	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10495	ELTUR	5	1997-01-20	1997-02-17	1997-01-30	1	0.41	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10496	SCHLU	6	1997-01-21	1997-02-18	1997-01-28	2	193.9	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10497	ODRIS	1	1997-01-22	1997-02-05	1997-01-23	5	0.02	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10498	DENBL	7	1997-01-23	1997-02-20	1997-01-30	6	0.14	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10499	LEEVA	2	1997-01-24	1997-02-21	1997-01-27	3	0.02	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10500	CHIMA	5	1997-01-24	1997-02-21	1997-02-11	5	1.35	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10501	JUNIP	2	1997-01-25	1997-02-22	1997-02-06	1	0.02	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10502	PEPER	1	1997-01-26	1997-02-23	1997-02-16	3	0.02	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10503	QUILL	3	1997-01-27	1997-02-24	1997-02-09	1	2.59	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10504	BROSU	8	1997-01-28	1997-02-25	1997-02-14	2	235.47	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10505	INNER	1	1997-01-28	1997-03-11	1997-02-14	3	0.03	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10506	DULCE	1	1997-01-29	1997-03-12	1997-02-07	6	0.02	Dulces Ibarra	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10507	COALQ	3	1997-01-30	1997-03-13	1997-02-12	3	0.02	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10508	NARAN	7	1997-01-31	1997-02-28	1997-02-20	5	6.44	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10509	BAUCK	5	1997-02-01	1997-03-01	1997-02-22	1	0.61	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10510	FERNC	6	1997-02-01	1997-02-15	1997-02-15	5	0.02	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10511	RUISL	7	1997-02-02	1997-03-02	1997-02-16	2	0.02	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10512	MLLER	8	1997-02-03	1997-03-03	1997-02-19	3	10.27	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10513	AUXTI	3	1997-02-04	1997-03-18	1997-02-08	2	782.48	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10514	SJHUS	2	1997-02-05	1997-03-05	1997-02-26	3	2.92	Sjøhuset	Sjøgata 19	Ålesund		6002	Norway
10515	MOINH	4	1997-02-05	1997-03-19	1997-02-20	4	188.48	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10516	YUKIG	4	1997-02-06	1997-03-06	1997-02-22	4	54.57	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
10517	NARAN	5	1997-02-07	1997-02-21	1997-02-23	3	0.07	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10518	SALIN	9	1997-02-08	1997-03-22	1997-02-09	4	0.02	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10519	BACKE	7	1997-02-09	1997-03-23	1997-02-22	4	14.43	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
10520	NASIJ	8	1997-02-10	1997-02-24	1997-02-20	3	607.2	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10521	CHIMA	7	1997-02-10	1997-03-10	1997-02-20	3	468.89	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10522	ORESU	6	1997-02-11	1997-03-11	1997-02-25	1	343.08	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10523	FROMA	8	1997-02-12	1997-03-12	1997-02-24	5	0.9	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10524	ELTUR	6	1997-02-13	1997-02-27	1997-02-19	2	180.64	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10525	MAGNO	7	1997-02-14	1997-02-28	1997-02-22	5	0.09	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10526	SALTB	9	1997-02-14	1997-03-14	1997-03-04	1	51.92	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10527	IRMAO	6	1997-02-15	1997-03-15	1997-03-07	4	399.75	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10528	GRENI	5	1997-02-16	1997-03-02	1997-02-17	2	157.33	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
10529	GRENI	2	1997-02-17	1997-03-31	1997-02-28	4	181.45	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
10530	ADOBE	6	1997-02-18	1997-03-04	1997-02-27	3	7.77	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10531	ORESU	2	1997-02-18	1997-03-18	1997-02-20	3	2.49	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10532	VERGE	8	1997-02-19	1997-03-19	1997-02-20	2	180.84	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10533	MLLER	7	1997-02-20	1997-03-20	1997-03-07	6	1.1	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10534	SABOR	2	1997-02-21	1997-03-21	1997-03-06	3	791.13	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10535	ODRIS	3	1997-02-22	1997-03-08	1997-03-11	2	17.72	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10536	RUISL	5	1997-02-22	1997-04-05	1997-02-24	5	573.26	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10537	TOYOH	5	1997-02-23	1997-03-23	1997-03-06	3	45.66	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10538	KRAUT	7	1997-02-24	1997-03-24	1997-03-07	3	0.02	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10539	TOYOH	1	1997-02-25	1997-03-11	1997-02-27	6	720.1	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10540	ESQUI	1	1997-02-26	1997-03-26	1997-03-03	3	0.24	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10541	BAUCK	9	1997-02-27	1997-04-10	1997-03-09	3	236.25	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10542	LYPAM	7	1997-02-27	1997-04-10	1997-03-18	3	514.19	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10543	NASIJ	7	1997-02-28	1997-04-11	1997-03-04	4	19.07	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10544	LESDE	6	1997-03-01	1997-03-15	1997-03-09	1	784.79	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10545	BACKE	6	1997-03-02	1997-04-13	1997-03-13	3	11.07	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
10546	KHLIB	9	1997-03-03	1997-03-31	1997-03-23	1	2.88	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10547	LATTE	6	1997-03-03	1997-04-14	1997-03-06	1	6.42	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10548	VERGE	5	1997-03-04	1997-04-01	1997-03-07	1	1.91	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10549	RHUBA	1	1997-03-05	1997-03-19	1997-03-11	6	9.04	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10550	FRUTA	4	1997-03-06	1997-04-03	1997-03-22	2	4.45	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10551	MAISO	4	1997-03-07	1997-03-21	1997-03-19	5	1.67	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10552	PIEKA	8	1997-03-07	1997-04-04	1997-03-25	4	0.02	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10553	KAPEL	8	1997-03-08	1997-04-05	1997-03-16	6	0.02	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10554	ADOBE	3	1997-03-09	1997-04-06	1997-03-29	2	422.05	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10555	FISKG	5	1997-03-10	1997-03-24	1997-03-17	1	7.89	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10556	WESER	2	1997-03-11	1997-04-08	1997-03-12	3	11.25	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10557	UMPQU	3	1997-03-11	1997-04-08	1997-03-18	3	0.02	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10558	RHUBA	1	1997-03-12	1997-03-26	1997-03-18	5	60.94	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10559	TRESF	4	1997-03-13	1997-04-10	1997-03-31	4	513.69	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10560	GLASH	8	1997-03-14	1997-04-11	1997-03-31	3	3.33	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10561	DROGH	1	1997-03-15	1997-04-12	1997-03-25	6	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10562	TIDEW	4	1997-03-16	1997-04-27	1997-03-20	3	0.02	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10563	INNER	8	1997-03-16	1997-04-13	1997-03-23	3	0.02	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10564	NORTH	3	1997-03-17	1997-04-14	1997-04-06	3	755.57	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10565	MAGNO	9	1997-03-18	1997-04-15	1997-03-19	4	0.18	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10566	BAUCK	3	1997-03-19	1997-04-16	1997-04-06	1	0.61	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10567	COALQ	8	1997-03-20	1997-04-03	1997-04-01	2	1.59	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10568	MLLER	1	1997-03-20	1997-04-17	1997-03-30	2	0.02	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10569	WHARF	1	1997-03-21	1997-04-18	1997-04-07	3	0.02	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10570	ORESU	5	1997-03-22	1997-04-19	1997-03-26	4	1.14	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
10571	FROMA	4	1997-03-23	1997-04-06	1997-04-09	2	242.54	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10572	DNIPR	7	1997-03-24	1997-04-21	1997-03-26	2	0.02	Dnipro Delicatessen	вул. Липова 108	Київ	\N	01001	Україна
10573	ELTUR	6	1997-03-24	1997-05-05	1997-03-27	2	0.63	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10574	ELIAF	6	1997-03-25	1997-05-06	1997-04-03	2	0.02	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10575	RUISL	7	1997-03-26	1997-04-23	1997-03-31	4	0.02	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10576	THERM	8	1997-03-27	1997-04-24	1997-04-02	1	57.85	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10577	WHARF	8	1997-03-28	1997-04-25	1997-04-16	5	852.72	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10578	MAISO	2	1997-03-28	1997-04-25	1997-03-31	1	259.04	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10579	JYSKK	3	1997-03-29	1997-05-10	1997-04-06	3	617.83	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10580	PILAT	4	1997-03-30	1997-04-13	1997-04-05	6	0.02	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10581	FORNO	6	1997-03-31	1997-04-14	1997-04-02	2	7.88	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10582	ABAST	1	1997-04-01	1997-04-29	1997-04-16	1	11.56	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10583	FERNC	9	1997-04-02	1997-04-16	1997-04-13	5	0.02	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10584	FRUTA	6	1997-04-02	1997-05-14	1997-04-06	2	0.35	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10585	LYPAM	8	1997-04-03	1997-04-17	1997-04-13	4	894.17	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10586	ODRIS	4	1997-04-04	1997-05-02	1997-04-09	4	1.44	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10587	FOGBA	9	1997-04-05	1997-05-03	1997-04-26	5	1.84	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10588	QUILL	4	1997-04-06	1997-04-20	1997-04-18	2	415.06	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10589	JYSKK	4	1997-04-06	1997-05-18	1997-04-12	1	336.32	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10590	JYSKK	5	1997-04-07	1997-05-05	1997-04-22	3	21.82	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10591	KARDE	2	1997-04-08	1997-05-06	1997-04-29	5	65.98	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10592	BACKE	1	1997-04-09	1997-04-23	1997-04-11	5	309.34	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
10593	WISNI	8	1997-04-10	1997-05-08	1997-04-17	6	0.02	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10594	KOSKI	6	1997-04-10	1997-05-22	1997-04-21	2	60.48	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10595	BAUCK	7	1997-04-11	1997-05-09	1997-04-23	6	303.78	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10596	MERCA	5	1997-04-12	1997-05-10	1997-04-13	3	0.8	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
10597	ESQUI	4	1997-04-13	1997-05-11	1997-05-02	2	0.02	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10598	SALTB	2	1997-04-14	1997-04-28	1997-05-03	4	130.63	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10599	ARMAZ	2	1997-04-14	1997-05-26	1997-04-20	4	201.52	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10600	BROSU	3	1997-04-15	1997-05-27	1997-05-02	4	4.78	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10601	KLIPP	7	1997-04-16	1997-05-28	1997-05-01	5	0.02	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
10602	KRAUT	8	1997-04-17	1997-05-01	1997-04-21	1	371.31	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10603	VERGE	4	1997-04-18	1997-05-16	1997-04-22	1	0.02	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10604	PECAN	8	1997-04-19	1997-05-03	1997-05-07	3	188.02	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10605	ODRIS	1	1997-04-19	1997-05-17	1997-05-08	2	0.02	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10606	DEGOU	5	1997-04-20	1997-05-18	1997-05-03	6	240.25	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10607	TOYOH	8	1997-04-21	1997-05-19	1997-04-23	3	0.02	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10608	PEPER	2	1997-04-22	1997-06-03	1997-04-30	4	25.11	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10609	LATTE	7	1997-04-23	1997-05-21	1997-05-03	3	194.47	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10610	IRONP	1	1997-04-23	1997-05-21	1997-05-09	2	2.41	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10611	IRONP	8	1997-04-24	1997-05-08	1997-05-05	5	0.02	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10612	ADOBE	4	1997-04-25	1997-05-09	1997-04-30	3	0.06	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10613	HUERT	3	1997-04-26	1997-05-10	1997-05-01	1	0.02	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10614	FORNO	7	1997-04-27	1997-05-11	1997-05-13	4	25.15	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10615	FOGBA	1	1997-04-27	1997-05-25	1997-05-18	1	0.02	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10616	FOGBA	9	1997-04-28	1997-05-26	1997-05-06	4	0.02	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10617	TIDEW	5	1997-04-29	1997-06-10	1997-05-16	6	0.02	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10618	CASCA	3	1997-04-30	1997-05-14	1997-05-09	6	0.03	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10619	PIEKA	2	1997-05-01	1997-05-29	1997-05-03	2	0.13	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10620	SCHLU	4	1997-05-01	1997-05-29	1997-05-06	6	746.85	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10621	MLLER	3	1997-05-02	1997-05-16	1997-05-16	3	0.04	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10622	WESER	4	1997-05-03	1997-06-14	1997-05-06	6	0.29	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10623	DNIPR	6	1997-05-04	1997-05-18	1997-05-24	4	0.86	Dnipro Delicatessen	вул. Липова 108	Київ	\N	01001	Україна
10624	WISNI	1	1997-05-05	1997-06-02	1997-05-17	2	0.03	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10625	MAGNO	8	1997-05-06	1997-06-17	1997-05-17	1	6.62	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10626	SJHUS	7	1997-05-06	1997-05-20	1997-05-19	5	9.4	Sjøhuset	Sjøgata 19	Ålesund		6002	Norway
10627	AUXTI	3	1997-05-07	1997-06-04	1997-05-27	6	0.02	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10628	CASCA	3	1997-05-08	1997-06-05	1997-05-15	4	0.59	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10629	COALQ	3	1997-05-09	1997-06-06	1997-05-14	6	4.12	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10630	ABAST	9	1997-05-10	1997-05-24	1997-05-24	3	1.93	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10631	LABAL	6	1997-05-10	1997-06-07	1997-05-11	6	86.6	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10632	INNER	6	1997-05-11	1997-06-08	1997-05-14	3	0.05	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10633	LABAL	5	1997-05-12	1997-06-23	1997-05-14	3	4.55	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10634	SHIRA	6	1997-05-13	1997-06-24	1997-05-15	4	0.21	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10635	ELTUR	8	1997-05-14	1997-06-11	1997-05-30	5	130.91	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10636	MLLER	4	1997-05-14	1997-06-25	1997-05-16	1	0.02	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10637	UMPQU	3	1997-05-15	1997-06-26	1997-05-17	3	60.53	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10638	VERGE	6	1997-05-16	1997-06-13	1997-05-18	5	4.29	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10639	KLIPP	2	1997-05-17	1997-06-14	1997-06-01	6	0.02	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
10640	VERGE	8	1997-05-18	1997-06-15	1997-05-21	2	0.02	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10641	PIEKA	9	1997-05-18	1997-06-29	1997-05-20	2	0.81	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10642	KHLIB	3	1997-05-19	1997-06-16	1997-05-24	2	0.04	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10643	QUEEN	2	1997-05-20	1997-06-17	1997-06-07	5	0.02	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10644	FROMA	6	1997-05-21	1997-06-18	1997-05-31	3	0.02	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10645	NORTH	1	1997-05-22	1997-06-05	1997-06-06	3	190.89	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10646	COALQ	3	1997-05-23	1997-06-20	1997-05-25	6	0.06	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10647	BROSU	2	1997-05-23	1997-07-04	1997-06-11	5	0.03	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10648	KHLIB	5	1997-05-24	1997-06-07	1997-06-11	5	0.02	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10649	KAPEL	4	1997-05-25	1997-06-22	1997-06-10	2	0.03	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10650	COALQ	1	1997-05-26	1997-07-07	1997-06-08	3	0.02	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10651	ABAST	8	1997-05-27	1997-06-24	1997-06-10	1	0.02	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10652	QUEEN	3	1997-05-27	1997-07-08	1997-06-14	2	9.83	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10653	SABOR	6	1997-05-28	1997-06-25	1997-06-13	6	72.36	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10654	BAUCK	5	1997-05-29	1997-06-12	1997-06-02	1	5.33	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10655	RHUBA	2	1997-05-30	1997-07-11	1997-06-15	4	0.02	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10656	SALIN	4	1997-05-31	1997-07-12	1997-06-01	6	46.81	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10657	FORNO	2	1997-05-31	1997-06-14	1997-06-11	2	0.02	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10658	MAPLE	5	1997-06-01	1997-06-15	1997-06-19	3	431.19	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10659	ABAST	1	1997-06-02	1997-07-14	1997-06-18	6	0.02	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10660	RUISL	6	1997-06-03	1997-06-17	1997-06-10	5	11.23	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10661	NASIJ	8	1997-06-04	1997-06-18	1997-06-20	4	0.13	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10662	MOINH	1	1997-06-04	1997-06-18	1997-06-25	3	3.47	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10663	IRMAO	6	1997-06-05	1997-06-19	1997-06-11	4	22.37	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10664	ABAST	1	1997-06-06	1997-07-18	1997-06-24	5	537.29	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10665	WISNI	7	1997-06-07	1997-07-05	1997-06-24	1	24.82	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10666	FERNC	2	1997-06-08	1997-07-06	1997-06-23	1	77.74	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10667	ARMAZ	4	1997-06-09	1997-07-21	1997-06-15	4	0.02	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10668	ADOBE	7	1997-06-09	1997-06-23	1997-06-23	5	0.02	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10669	PEPER	2	1997-06-10	1997-07-08	1997-06-18	2	0.31	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10670	JYSKK	7	1997-06-11	1997-06-25	1997-06-23	1	158.68	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10671	DOCES	3	1997-06-12	1997-06-26	1997-06-25	5	0.24	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10672	KALAM	5	1997-06-13	1997-07-25	1997-06-15	5	246.49	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10673	FOGBA	4	1997-06-13	1997-07-11	1997-06-15	2	331.3	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10674	WESER	1	1997-06-14	1997-07-26	1997-07-04	3	32.87	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10675	ELTUR	3	1997-06-15	1997-07-13	1997-06-29	4	0.06	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10676	FRUTA	6	1997-06-16	1997-07-14	1997-07-05	3	7.71	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10677	ELAZA	4	1997-06-17	1997-07-29	1997-06-18	1	0.03	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10678	ELIAF	7	1997-06-17	1997-07-15	1997-06-19	6	272.03	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10679	QUEEN	9	1997-06-18	1997-07-16	1997-07-02	3	2.58	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10680	HUERT	1	1997-06-19	1997-07-17	1997-07-04	4	0.02	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10681	IRMAO	8	1997-06-20	1997-07-18	1997-06-23	1	730.63	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10682	GRENI	5	1997-06-21	1997-07-19	1997-07-09	4	0.02	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
10683	CAJUD	9	1997-06-22	1997-08-03	1997-06-27	1	256	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10684	ZUMAL	9	1997-06-22	1997-07-20	1997-07-03	1	0.02	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10685	JYSKK	7	1997-06-23	1997-07-21	1997-07-08	2	644.59	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10686	WESER	5	1997-06-24	1997-07-22	1997-06-30	3	2.14	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10687	ESQUI	3	1997-06-25	1997-07-09	1997-07-09	3	0.02	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10688	MAPLE	8	1997-06-26	1997-07-24	1997-07-06	4	0.91	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10689	KAPEL	5	1997-06-26	1997-07-24	1997-07-08	6	0.03	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10690	KHLIB	4	1997-06-27	1997-08-08	1997-07-06	6	825.9	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10691	NORTH	7	1997-06-28	1997-08-09	1997-07-17	2	491.81	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10692	KHLIB	1	1997-06-29	1997-07-13	1997-07-18	2	0.02	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10693	FRUTA	2	1997-06-30	1997-08-11	1997-07-02	2	7.44	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10694	SALIN	1	1997-06-30	1997-07-28	1997-07-12	5	3.5	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10695	NORTH	2	1997-07-01	1997-07-29	1997-07-15	4	0.08	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10696	WISNI	5	1997-07-02	1997-08-13	1997-07-15	3	108.4	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10697	ZWYSS	3	1997-07-03	1997-07-31	1997-07-18	5	0.02	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10698	LATTE	7	1997-07-04	1997-08-01	1997-07-16	1	450.03	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10699	COALQ	5	1997-07-04	1997-08-01	1997-07-11	6	862.47	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10700	FRUTA	8	1997-07-05	1997-08-02	1997-07-17	5	6.71	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10701	KHLIB	1	1997-07-06	1997-08-03	1997-07-13	3	29.15	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10702	TRESF	2	1997-07-07	1997-08-04	1997-07-14	1	39.13	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10703	CAJUD	1	1997-07-08	1997-07-22	1997-07-19	6	4.28	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10704	GLASH	3	1997-07-09	1997-07-23	1997-07-12	6	1.03	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10705	DOCES	3	1997-07-09	1997-07-23	1997-07-16	2	0.17	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10706	ODRIS	5	1997-07-10	1997-08-07	1997-07-29	1	31.88	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10707	NASIJ	3	1997-07-11	1997-07-25	1997-07-20	5	62.23	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10708	TOYOH	1	1997-07-12	1997-08-09	1997-07-20	1	0.28	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10709	CORMO	2	1997-07-13	1997-07-27	1997-07-28	5	70.93	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10710	INNER	5	1997-07-13	1997-08-24	1997-07-29	3	0.04	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10711	MLLER	8	1997-07-14	1997-08-11	1997-07-21	5	852.72	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10712	FERNC	4	1997-07-15	1997-07-29	1997-08-03	5	0.02	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10713	IRMAO	4	1997-07-16	1997-08-13	1997-07-25	1	0.17	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10714	PILAT	1	1997-07-17	1997-07-31	1997-08-05	4	222.52	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10715	YUKIG	5	1997-07-17	1997-08-14	1997-07-22	6	247.59	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
10716	INNER	1	1997-07-18	1997-08-01	1997-08-03	2	11.56	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10717	NASIJ	1	1997-07-19	1997-08-16	1997-08-03	4	0.02	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10718	DEGOU	5	1997-07-20	1997-08-31	1997-07-26	2	110.49	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10719	INNER	7	1997-07-21	1997-09-01	1997-08-01	5	1.69	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10720	DROGH	6	1997-07-21	1997-08-04	1997-08-07	4	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10721	NARAN	9	1997-07-22	1997-08-19	1997-07-27	1	447.25	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10722	ELAZA	3	1997-07-23	1997-08-20	1997-07-29	2	12.43	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10723	THERM	1	1997-07-24	1997-08-21	1997-07-29	3	230.58	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10724	WISNI	4	1997-07-25	1997-08-08	1997-08-05	1	66.72	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10725	THERM	6	1997-07-26	1997-08-23	1997-07-31	6	315.22	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10726	ELAZA	3	1997-07-26	1997-08-23	1997-07-29	5	4.99	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10727	KARDE	6	1997-07-27	1997-08-24	1997-08-15	3	0.02	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10728	MAGNO	1	1997-07-28	1997-08-11	1997-07-30	6	0.02	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10729	MAISO	1	1997-07-29	1997-09-09	1997-08-03	6	13.01	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10730	SHIRA	1	1997-07-30	1997-08-27	1997-08-09	4	0.16	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10731	SALIN	5	1997-07-30	1997-08-13	1997-08-20	3	0.13	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10732	TIDEW	8	1997-07-31	1997-08-28	1997-08-11	6	164.99	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10733	FROMA	1	1997-08-01	1997-08-15	1997-08-15	4	66.34	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10734	ADOBE	7	1997-08-02	1997-08-16	1997-08-23	3	0.02	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10735	PIEKA	2	1997-08-03	1997-09-14	1997-08-14	2	0.03	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10736	FRUTA	5	1997-08-03	1997-08-31	1997-08-05	6	68.81	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10737	PEPER	3	1997-08-04	1997-09-01	1997-08-20	4	95.45	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10738	EPICE	2	1997-08-05	1997-09-02	1997-08-22	2	2.41	Épicerie du Beffroi	rue du Beffroi 42	Lille	\N	59800	France
10739	KALAM	8	1997-08-06	1997-08-20	1997-08-12	2	390.83	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10740	ARMAZ	9	1997-08-07	1997-09-04	1997-08-26	6	38.27	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10741	QUILL	5	1997-08-07	1997-09-04	1997-08-09	1	68.27	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10742	ADOBE	5	1997-08-08	1997-09-19	1997-08-22	4	25.55	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10743	ELIAF	4	1997-08-09	1997-08-23	1997-08-23	2	1.04	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10744	WISNI	5	1997-08-10	1997-08-24	1997-08-25	4	0.02	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10745	CAJUD	6	1997-08-11	1997-08-25	1997-08-25	1	129.39	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10746	KOSKI	5	1997-08-12	1997-09-09	1997-08-30	3	3.86	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10747	RUISL	9	1997-08-12	1997-09-09	1997-08-26	6	634.31	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10748	FOGBA	2	1997-08-13	1997-08-27	1997-08-14	1	0.02	Fogbank Foods	Lighthouse Lane 20	Halifax	NS	B3H 1A4	Canada
10749	FERNC	2	1997-08-14	1997-09-25	1997-08-23	5	130.5	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10750	SCHLU	7	1997-08-15	1997-09-12	1997-08-27	6	23.1	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10751	TOYOH	1	1997-08-16	1997-09-13	1997-08-25	6	26.95	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10752	LESDE	9	1997-08-16	1997-09-13	1997-08-22	4	7.3	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10753	FORNO	9	1997-08-17	1997-08-31	1997-08-30	2	480.8	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10754	FROMA	1	1997-08-18	1997-09-29	1997-08-30	1	0.02	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
10755	TANNE	1	1997-08-19	1997-09-02	1997-08-25	2	0.02	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10756	BROSU	9	1997-08-20	1997-10-01	1997-08-31	4	25.04	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10757	HUERT	2	1997-08-20	1997-09-17	1997-09-08	1	218.63	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10758	QUILL	8	1997-08-21	1997-09-04	1997-08-24	5	0.5	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10759	KALAM	3	1997-08-22	1997-10-03	1997-08-24	3	446.67	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10760	GARRY	5	1997-08-23	1997-09-06	1997-09-02	1	0.02	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10761	SALIN	9	1997-08-24	1997-09-07	1997-08-26	3	0.05	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10762	NASIJ	1	1997-08-24	1997-09-21	1997-08-31	5	32.33	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10763	HARBO	1	1997-08-25	1997-09-08	1997-09-02	3	287.71	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10764	RHUBA	4	1997-08-26	1997-09-23	1997-08-29	4	2.89	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10765	NASIJ	9	1997-08-27	1997-09-24	1997-09-13	3	0.11	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
10766	WATER	1	1997-08-28	1997-09-25	1997-09-03	2	781.22	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
10767	SALTB	6	1997-08-29	1997-09-26	1997-09-13	5	0.02	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10768	LATTE	4	1997-08-29	1997-10-10	1997-09-11	4	0.02	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10769	KHLIB	4	1997-08-30	1997-10-11	1997-09-14	3	0.02	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10770	JUNIP	5	1997-08-31	1997-09-14	1997-09-20	1	25.78	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10771	DEGOU	7	1997-09-01	1997-10-13	1997-09-21	2	207.87	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10772	ADOBE	5	1997-09-02	1997-09-30	1997-09-07	4	796	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10773	DENBL	1	1997-09-02	1997-09-30	1997-09-19	4	168.83	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10774	COALQ	8	1997-09-03	1997-10-15	1997-09-22	3	0.05	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10775	KARDE	1	1997-09-04	1997-10-02	1997-09-07	6	33.34	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10776	MLLER	4	1997-09-05	1997-09-19	1997-09-11	5	647.29	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10777	FRUTA	4	1997-09-06	1997-10-18	1997-09-18	3	230.58	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10778	VERGE	9	1997-09-06	1997-09-20	1997-09-11	4	0.02	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10779	KLIPP	5	1997-09-07	1997-10-05	1997-09-08	5	1.43	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
10780	WISNI	9	1997-09-08	1997-09-22	1997-09-19	6	23.04	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10781	ELTUR	5	1997-09-09	1997-10-07	1997-09-18	1	0.02	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10782	MERCA	7	1997-09-10	1997-10-22	1997-09-23	3	117.85	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
10783	MOINH	2	1997-09-10	1997-10-08	1997-09-30	6	1.62	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10784	WISNI	1	1997-09-11	1997-10-09	1997-09-13	1	142.53	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10785	ARMAZ	9	1997-09-12	1997-10-10	1997-10-03	3	0.39	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10786	DENBL	5	1997-09-13	1997-10-11	1997-09-27	3	13.99	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10787	THERM	7	1997-09-14	1997-10-12	1997-09-17	1	0.02	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10788	PEPER	6	1997-09-15	1997-09-29	1997-10-03	3	246.13	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10789	MAGNO	5	1997-09-15	1997-09-29	1997-09-27	4	862.11	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10790	SABOR	7	1997-09-16	1997-10-28	1997-10-07	2	0.04	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10791	JYSKK	4	1997-09-17	1997-10-01	1997-10-07	6	73.42	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10792	ODRIS	9	1997-09-18	1997-10-16	1997-09-28	2	5.87	O'Driscoll's Foods	Coal Quay 117	Cork	Co. Cork	\N	Ireland
10793	FERNC	1	1997-09-19	1997-10-17	1997-09-21	5	0.04	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10794	THERM	2	1997-09-19	1997-10-03	1997-09-27	1	176.12	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10795	SJHUS	7	1997-09-20	1997-10-18	1997-09-21	2	579.76	Sjøhuset	Sjøgata 19	Ålesund		6002	Norway
10796	JYSKK	8	1997-09-21	1997-10-05	1997-09-24	1	324.96	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10797	SALTB	5	1997-09-22	1997-10-20	1997-09-27	2	323.75	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10798	GLASH	1	1997-09-23	1997-10-21	1997-10-09	4	0.73	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10799	CHIMA	2	1997-09-23	1997-10-21	1997-10-06	4	0.11	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10800	HUERT	7	1997-09-24	1997-10-22	1997-09-25	4	0.06	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10801	CASCA	7	1997-09-25	1997-11-06	1997-10-01	3	0.67	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10802	KRAUT	2	1997-09-26	1997-10-24	1997-10-13	5	0.13	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10803	MAPLE	7	1997-09-27	1997-10-25	1997-10-10	2	0.02	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
10804	SALIN	5	1997-09-27	1997-10-25	1997-10-05	1	0.87	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10805	ADOBE	6	1997-09-28	1997-10-26	1997-10-14	4	885.42	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10806	WESER	9	1997-09-29	1997-11-10	1997-10-01	3	679.28	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10807	THERM	2	1997-09-30	1997-10-14	1997-10-05	1	173.37	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10808	ELIAF	3	1997-10-01	1997-10-29	1997-10-08	6	0.17	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
10809	KARDE	9	1997-10-02	1997-10-16	1997-10-06	1	16.18	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10810	DOCES	6	1997-10-02	1997-10-30	1997-10-17	1	53.85	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10811	WHARF	7	1997-10-03	1997-10-31	1997-10-17	3	227.08	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10812	JUNIP	7	1997-10-04	1997-11-15	1997-10-21	2	17.72	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10813	KALAM	3	1997-10-05	1997-11-02	1997-10-18	6	9.04	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10814	TIDEW	8	1997-10-06	1997-10-20	1997-10-21	6	42.44	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10815	DENBL	5	1997-10-06	1997-11-17	1997-10-19	3	0.05	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10816	DENBL	5	1997-10-07	1997-11-04	1997-10-27	4	4.81	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10817	DEGOU	1	1997-10-08	1997-10-22	1997-10-20	4	790.88	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10818	LYPAM	1	1997-10-09	1997-11-06	1997-10-14	6	50.21	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10819	IRONP	2	1997-10-10	1997-10-24	1997-10-26	3	0.06	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10820	LYPAM	2	1997-10-10	1997-10-24	1997-10-24	6	720.1	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10821	ADOBE	8	1997-10-11	1997-11-22	1997-10-21	5	13.3	Adobe Kitchen Supply	Camino Piñon 152	Santa Fe	NM	87501	USA
10822	TOYOH	2	1997-10-12	1997-11-23	1997-10-26	4	0.02	Toyohira Market	北一条西 162	札幌市	\N	060-0001	日本
10823	ELAZA	9	1997-10-13	1997-11-24	1997-10-16	1	0.27	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10824	CHIMA	7	1997-10-14	1997-11-25	1997-10-31	5	12.1	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10825	KRAUT	4	1997-10-14	1997-11-11	1997-10-25	6	1.34	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
10826	MLLER	9	1997-10-15	1997-11-12	1997-10-23	3	0.02	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10827	GARRY	2	1997-10-16	1997-11-13	1997-10-26	5	0.02	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10828	ELTUR	4	1997-10-17	1997-11-14	1997-10-26	5	0.02	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
10829	JYSKK	1	1997-10-18	1997-11-15	1997-11-06	3	363.11	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10830	KHLIB	7	1997-10-19	1997-11-16	1997-10-21	3	0.03	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10831	LABAL	4	1997-10-19	1997-11-16	1997-10-22	1	7.84	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10832	SHIRA	9	1997-10-20	1997-12-01	1997-11-03	1	472.17	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10833	DEGOU	7	1997-10-21	1997-11-18	1997-11-10	2	86.11	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10834	BIRCH	8	1997-10-22	1997-11-19	1997-11-02	3	0.02	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10835	ZWYSS	6	1997-10-23	1997-12-04	1997-11-08	3	0.37	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10836	FORNO	1	1997-10-23	1997-11-20	1997-11-06	5	1.74	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10837	PECAN	4	1997-10-24	1997-11-21	1997-11-04	3	35.47	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10838	RUISL	2	1997-10-25	1997-12-06	1997-11-03	4	12.79	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10839	PIEKA	5	1997-10-26	1997-11-09	1997-11-01	6	1.41	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10840	HUERT	3	1997-10-27	1997-12-08	1997-11-01	5	1.16	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10841	MAISO	7	1997-10-27	1997-11-24	1997-11-01	6	303.78	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10842	DNIPR	2	1997-10-28	1997-11-11	1997-11-18	6	5.17	Dnipro Delicatessen	вул. Липова 108	Київ	\N	01001	Україна
10843	AUXTI	1	1997-10-29	1997-11-26	1997-11-11	6	9.42	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10844	LEEVA	4	1997-10-30	1997-11-13	1997-11-01	5	0.02	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10845	WATER	6	1997-10-31	1997-11-14	1997-11-09	4	424.26	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
10846	WESER	8	1997-10-31	1997-11-28	1997-11-13	5	0.19	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10847	JYSKK	6	1997-11-01	1997-11-29	1997-11-14	6	0.07	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10848	SHIRA	3	1997-11-02	1997-11-30	1997-11-23	3	717.33	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
10849	IRMAO	9	1997-11-03	1997-12-01	1997-11-12	3	0.02	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10850	IRONP	9	1997-11-04	1997-12-16	1997-11-14	2	32.54	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10851	DEGOU	7	1997-11-05	1997-12-17	1997-11-25	5	0.02	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10852	KOSKI	2	1997-11-05	1997-11-19	1997-11-13	4	35.36	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10853	COALQ	1	1997-11-06	1997-12-04	1997-11-11	2	807.96	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10854	RHUBA	2	1997-11-07	1997-12-05	1997-11-13	6	0.94	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10855	NARAN	3	1997-11-08	1997-12-06	1997-11-22	1	0.02	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10856	BACKE	6	1997-11-09	1997-12-07	1997-11-10	2	0.02	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
10857	IRONP	3	1997-11-09	1997-12-07	1997-11-24	2	1.13	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
10858	TANNE	6	1997-11-10	1997-12-08	1997-11-15	6	0.54	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10859	IRMAO	1	1997-11-11	1997-11-25	1997-12-02	2	9.35	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10860	THERM	2	1997-11-12	1997-12-10	1997-11-20	2	475.94	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10861	ZUMAL	5	1997-11-13	1997-12-11	1997-11-20	2	0.03	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10862	MLLER	1	1997-11-13	1997-12-25	1997-12-04	3	0.02	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10863	WISNI	4	1997-11-14	1997-12-26	1997-11-29	4	0.02	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10864	RHUBA	8	1997-11-15	1997-12-13	1997-12-03	4	47.04	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10865	ZUMAL	9	1997-11-16	1997-12-14	1997-11-19	1	24.18	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10866	PIEKA	6	1997-11-17	1997-12-29	1997-11-30	1	799.61	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10867	EPICE	6	1997-11-17	1997-12-15	1997-11-27	5	1.16	Épicerie du Beffroi	rue du Beffroi 42	Lille	\N	59800	France
10868	LATTE	7	1997-11-18	1997-12-16	1997-11-30	2	0.02	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10869	FRUTA	2	1997-11-19	1997-12-17	1997-12-01	5	0.02	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10870	VERGE	9	1997-11-20	1997-12-04	1997-12-08	4	0.1	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10871	INNER	6	1997-11-21	1997-12-05	1997-12-01	5	0.8	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
10872	SABOR	5	1997-11-22	1997-12-20	1997-12-05	5	699.48	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10873	SCHLU	2	1997-11-22	1997-12-06	1997-12-06	4	150.68	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
10874	PEPER	8	1997-11-23	1997-12-21	1997-12-02	6	499.28	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
10875	KHLIB	9	1997-11-24	1997-12-22	1997-12-01	4	327.26	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10876	CASCA	3	1997-11-25	1998-01-06	1997-11-30	4	0.02	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10877	DENBL	5	1997-11-26	1998-01-07	1997-11-27	5	546.17	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
10878	GRENI	5	1997-11-26	1998-01-07	1997-12-16	1	0.61	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
10879	ELAZA	9	1997-11-27	1998-01-08	1997-12-10	2	0.24	El Azafrán	Calle de la Lonja 175	Valencia	\N	46003	Spain
10880	MOINH	7	1997-11-28	1997-12-26	1997-11-29	3	236.25	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10881	DOCES	4	1997-11-29	1997-12-27	1997-12-14	6	479.76	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10882	MOINH	4	1997-11-30	1997-12-14	1997-12-19	2	0.03	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10883	HARBO	5	1997-11-30	1997-12-28	1997-12-12	2	0.02	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10884	HARBO	6	1997-12-01	1998-01-12	1997-12-18	2	3.97	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10885	ESQUI	6	1997-12-02	1997-12-30	1997-12-04	1	0.02	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10886	GLASH	6	1997-12-03	1997-12-31	1997-12-13	1	3.17	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
10887	KHLIB	5	1997-12-04	1997-12-18	1997-12-09	1	0.02	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10888	WISNI	4	1997-12-04	1998-01-01	1997-12-14	5	0.02	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10889	QUILL	7	1997-12-05	1998-01-16	1997-12-25	1	0.08	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10890	FRUTA	2	1997-12-06	1998-01-17	1997-12-10	3	490.16	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10891	MAISO	3	1997-12-07	1997-12-21	1997-12-15	6	42.44	Maison "Delvaux", fils	rue du Beffroi 99	Lille	\N	59800	France
10892	KOSKI	8	1997-12-08	1998-01-05	1997-12-20	6	0.53	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
10893	SABOR	1	1997-12-09	1998-01-06	1997-12-10	3	12.1	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10894	PILAT	8	1997-12-09	1998-01-06	1997-12-15	2	5.22	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10895	SALTB	9	1997-12-10	1998-01-21	1997-12-26	6	11.54	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10896	KAPEL	7	1997-12-11	1998-01-08	1997-12-20	4	0.03	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10897	VERGE	5	1997-12-12	1998-01-09	1998-01-01	2	0.35	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10898	WISNI	9	1997-12-13	1998-01-24	1997-12-16	5	8.04	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10899	HUERT	6	1997-12-13	1998-01-10	1997-12-29	3	42.23	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10900	NARAN	4	1997-12-14	1998-01-25	1997-12-26	2	349.37	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
10901	ESQUI	3	1997-12-15	1998-01-26	1997-12-18	4	26.89	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10902	BAUCK	8	1997-12-16	1998-01-13	1997-12-19	6	64.65	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
10903	DROGH	7	1997-12-17	1998-01-28	1997-12-29	5	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10904	LATTE	1	1997-12-17	1998-01-28	1997-12-23	6	0.12	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
10905	PECAN	9	1997-12-18	1998-01-15	1998-01-05	3	114.35	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10906	ARMAZ	4	1997-12-19	1998-01-02	1997-12-28	2	0.02	Armazém Guaíba	Alto do Moinho, 12\n2º andar "fundos"	Porto Alegre	RS	90010-150	Brazil
10907	HUERT	2	1997-12-20	1998-01-03	1997-12-21	3	131.4	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
10908	RHUBA	9	1997-12-21	1998-01-04	1997-12-22	3	26.49	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10909	KHLIB	7	1997-12-21	1998-01-04	1998-01-02	6	15.09	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10910	WISNI	5	1997-12-22	1998-01-05	1997-12-27	5	0.02	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10911	RHUBA	8	1997-12-23	1998-02-03	1998-01-01	6	0.43	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
10912	LABAL	7	1997-12-24	1998-01-21	1998-01-14	4	13.02	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10913	CAJUD	2	1997-12-25	1998-01-22	1998-01-01	2	0.02	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10914	LEEVA	5	1997-12-26	1998-02-06	1998-01-14	6	0.02	Lee Valley Larder	Coal Quay 41	Cork	Co. Cork	\N	Ireland
10915	BROSU	3	1997-12-26	1998-01-09	1998-01-05	5	0.02	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10916	BIRCH	1	1997-12-27	1998-01-24	1998-01-04	1	215.03	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10917	FRUTA	9	1997-12-28	1998-02-08	1998-01-10	5	0.02	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10918	ZUMAL	9	1997-12-29	1998-01-26	1998-01-12	3	0.19	Zum Alten Speicher	Am Glaswerk 120	Jena	\N	07743	Germany
10919	THERM	6	1997-12-30	1998-01-27	1998-01-14	3	0.03	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10920	CAJUD	8	1997-12-30	1998-01-13	1997-12-31	4	195.18	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10921	FERNC	8	1997-12-31	1998-01-28	1998-01-13	2	0.02	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
10922	WISNI	5	1998-01-01	1998-01-29	1998-01-04	4	0.26	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10923	FISKG	2	1998-01-02	1998-01-30	1998-01-11	3	0.11	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10924	SABOR	5	1998-01-03	1998-01-17	1998-01-13	2	274.83	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
10925	NORTH	7	1998-01-03	1998-01-31	1998-01-16	3	0.02	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
10926	TIDEW	2	1998-01-04	1998-02-01	1998-01-24	2	0.02	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
10927	KALAM	9	1998-01-05	1998-02-02	1998-01-08	1	0.36	Kalamata & Sons	Οδός Ελιάς 140	Θεσσαλονίκη	\N	546 24	Ελλάδα
10928	ZWYSS	5	1998-01-06	1998-01-20	1998-01-14	4	0.02	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10929	HARBO	6	1998-01-07	1998-02-04	1998-01-20	1	771.67	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
10930	GRENI	1	1998-01-07	1998-02-04	1998-01-23	1	0.02	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
10931	CORMO	8	1998-01-08	1998-01-22	1998-01-17	3	0.16	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10932	KHLIB	2	1998-01-09	1998-02-06	1998-01-22	5	579.48	Хліб Khlib Trade	вул. Липова 9	Київ	\N	01001	Україна
10933	BIRCH	1	1998-01-10	1998-01-24	1998-01-17	4	35.13	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
10934	KARDE	7	1998-01-11	1998-01-25	1998-01-16	2	0.47	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10935	THERM	6	1998-01-12	1998-01-26	1998-01-28	2	419.2	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10936	DROGH	3	1998-01-12	1998-02-09	1998-01-13	4	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
10937	AUXTI	7	1998-01-13	1998-01-27	1998-01-26	1	7.36	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
10938	TANNE	8	1998-01-14	1998-02-25	1998-01-26	3	0.02	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10939	UMPQU	2	1998-01-15	1998-02-12	1998-01-24	4	0.1	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
10940	BROSU	6	1998-01-16	1998-02-13	1998-01-22	4	0.22	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10941	PIEKA	3	1998-01-16	1998-02-13	1998-01-31	5	194.76	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10942	FISKG	2	1998-01-17	1998-02-14	1998-01-19	5	59.74	Fiskgränden	Fiskgränd 19	Malmö	\N	211 22	Sweden
10943	JUNIP	1	1998-01-18	1998-02-15	1998-02-05	4	0.02	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10944	MOINH	1	1998-01-19	1998-03-02	1998-02-01	6	623.45	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10945	SALIN	7	1998-01-20	1998-03-03	1998-02-03	5	30.48	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
10946	LESDE	4	1998-01-20	1998-02-17	1998-02-07	4	871.84	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10947	VERGE	2	1998-01-21	1998-02-18	1998-01-26	1	0.02	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
10948	QUILL	4	1998-01-22	1998-03-05	1998-02-01	5	1.84	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10949	CORMO	3	1998-01-23	1998-02-06	1998-01-25	4	59.98	Cormorant Cove Foods	Cormorant Street 155	Victoria	BC	V8W 1P6	Canada
10950	LESDE	7	1998-01-24	1998-02-07	1998-02-01	4	534.5	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10951	FORNO	3	1998-01-24	1998-02-21	1998-02-09	2	0.02	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10952	RUISL	1	1998-01-25	1998-02-22	1998-01-31	2	539.95	Ruisleipä Oy	Koskikatu 73	Tampere	\N	33100	Finland
10953	FORNO	5	1998-01-26	1998-03-09	1998-01-27	4	196.89	Forno Antico	Via del Mulino 58	Parma	\N	43121	Italy
10954	GARRY	1	1998-01-27	1998-03-10	1998-01-29	2	23.04	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
10955	IRMAO	5	1998-01-28	1998-02-11	1998-01-30	3	51.82	Irmãos Tavares	Rua das Salinas 42	Aveiro	\N	3800-112	Portugal
10956	QUEEN	3	1998-01-29	1998-03-12	1998-02-17	1	0.13	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
10957	DEGOU	6	1998-01-29	1998-03-12	1998-02-03	2	7.8	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10958	ZWYSS	6	1998-01-30	1998-02-27	1998-02-19	6	0.02	Zwyssig Käse	Kapellgasse 117	Luzern	\N	6003	Switzerland
10959	WESER	2	1998-01-31	1998-03-14	1998-02-19	2	0.04	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10960	FRUTA	3	1998-02-01	1998-03-15	1998-02-04	5	752.31	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
10961	MLLER	5	1998-02-02	1998-02-16	1998-02-11	6	24.81	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
10962	DEGOU	5	1998-02-02	1998-02-16	1998-02-15	4	131.53	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
10963	LYPAM	6	1998-02-03	1998-03-03	1998-02-10	5	0.02	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
10964	DOCES	1	1998-02-04	1998-03-04	1998-02-17	6	1.78	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
10965	TRESF	8	1998-02-05	1998-03-05	1998-02-24	5	0.02	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10966	QUILL	4	1998-02-06	1998-02-20	1998-02-23	3	327.14	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
10967	SJHUS	6	1998-02-06	1998-02-20	1998-02-27	2	74.31	Sjøhuset	Sjøgata 19	Ålesund		6002	Norway
10968	COALQ	5	1998-02-07	1998-02-21	1998-02-22	4	114.7	Coal Quay Stores	Coal Quay 72	Cork	Co. Cork		Ireland
10969	PECAN	8	1998-02-08	1998-03-08	1998-02-24	5	0.02	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
10970	CHIMA	9	1998-02-09	1998-02-23	1998-02-16	3	254.59	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10971	WESER	2	1998-02-10	1998-03-10	1998-02-20	5	0.33	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
10972	ABAST	2	1998-02-10	1998-03-24	1998-02-15	2	1.19	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
10973	JUNIP	4	1998-02-11	1998-03-11	1998-02-28	4	0.15	Juniper Wholesale	Camino Piñon 173	Santa Fe	NM	87501	USA
10974	WHARF	8	1998-02-12	1998-02-26	1998-02-27	3	4.81	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10975	ESQUI	9	1998-02-13	1998-02-27	1998-03-02	5	0.02	Esquina del Río	Pasaje Ceibal 71	Rosario	\N	2000	Argentina
10976	TANNE	3	1998-02-14	1998-03-28	1998-02-18	2	147.7	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
10977	MAGNO	5	1998-02-15	1998-03-15	1998-02-19	1	202.4	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
10978	CHIMA	9	1998-02-15	1998-03-29	1998-02-16	5	10.11	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
10979	THERM	3	1998-02-16	1998-03-16	1998-03-08	5	0.02	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10980	WHARF	1	1998-02-17	1998-03-03	1998-02-23	1	2.82	Wharfedale Wholefoods	Tannery Yard 174	Leeds	\N	LS1 4AP	UK
10981	MOINH	3	1998-02-18	1998-03-04	1998-03-09	5	0.03	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10982	KARDE	5	1998-02-19	1998-04-02	1998-02-26	4	26.89	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
10983	KAPEL	4	1998-02-19	1998-03-05	1998-03-10	2	0.02	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
10984	PILAT	3	1998-02-20	1998-03-20	1998-02-25	6	0.02	Pilatus Vorrat	Kapellgasse 150	Luzern	\N	6003	Switzerland
10985	BROSU	1	1998-02-21	1998-03-21	1998-02-23	1	0.04	Brosundet Mat	Sjøgata 44	Ålesund	\N	6002	Norway
10986	WISNI	1	1998-02-22	1998-03-08	1998-03-10	2	17.62	Wiśniowy Sad	ul. Wiśniowa 12	Łódź	\N	90-001	Poland
10987	TRESF	4	1998-02-23	1998-03-09	1998-03-01	4	0.18	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
10988	CAJUD	3	1998-02-23	1998-03-23	1998-02-24	3	0.95	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10989	THERM	1	1998-02-24	1998-03-24	1998-03-06	3	0.16	Thermaikos Market	Οδός Ελιάς 28	Θεσσαλονίκη	\N	546 24	Ελλάδα
10990	LABAL	8	1998-02-25	1998-04-08	1998-03-05	5	473.42	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
10991	DNIPR	3	1998-02-26	1998-04-09	1998-03-12	4	0.02	Dnipro Delicatessen	вул. Липова 108	Київ	\N	01001	Україна
10992	JYSKK	3	1998-02-27	1998-03-27	1998-03-11	1	0.11	Jysk Kolonial	Møllestien 151	Aarhus	\N	8000	Denmark
10993	CASCA	7	1998-02-27	1998-03-27	1998-03-06	6	5.5	Cascadia Corner Store	Ferncreek Avenue 88	Eugene	OR	97401	USA
10994	LESDE	3	1998-02-28	1998-03-28	1998-03-04	4	139.63	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
10995	CAJUD	1	1998-03-01	1998-04-12	1998-03-10	6	0.03	Caju Dourado	Travessa da Maré 36	Recife	PE	50030-230	Brazil
10996	MOINH	6	1998-03-02	1998-03-30	1998-03-10	3	0.21	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
10997	SALTB	9	1998-03-03	1998-03-31	1998-03-09	3	0.38	Saltbox Trading	Lighthouse Lane 4	Halifax	NS	B3H 1A4	Canada
10998	PIEKA	8	1998-03-04	1998-04-15	1998-03-11	2	0.04	Piekarnia Żuraw	ul. Wiśniowa 82	Łódź	\N	90-001	Poland
10999	LESDE	9	1998-03-04	1998-04-01	1998-03-09	1	0.04	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
11000	FERNC	2	1998-03-05	1998-04-02	1998-03-14	1	0.03	Ferncreek Market	Ferncreek Avenue 37	Eugene	OR	97401	USA
11001	DROGH	4	1998-03-06	1998-04-17	1998-03-20	5	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
11002	MERCA	4	1998-03-07	1998-03-21	1998-03-18	3	0.02	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
11003	NORTH	5	1998-03-08	1998-04-19	1998-03-20	4	331.62	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
11004	FROMA	7	1998-03-08	1998-04-19	1998-03-15	6	76.96	Fromagerie Vuarand	quai des Tilleuls 63	Annecy	\N	74000	France
11005	WESER	4	1998-03-09	1998-03-23	1998-03-21	1	0.02	Weserkontor	C:\\Hafen\\Halle 4\\	Bremen	\N	28195	Germany
11006	DOCES	4	1998-03-10	1998-04-07	1998-03-23	1	17.17	Doce Serra	Avenida dos Ipês 90	Porto Alegre	RS	90010-150	Brazil
11007	PEPER	2	1998-03-11	1998-04-08	1998-03-26	5	0.02	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
11008	HARBO	1	1998-03-12	1998-04-23	1998-03-28	6	0.02	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
11009	YUKIG	6	1998-03-12	1998-04-23	1998-03-20	4	0.02	Yukiguni Foods	北一条西 1	札幌市	\N	060-0001	日本
11010	RHUBA	3	1998-03-13	1998-04-10	1998-03-18	4	152.85	Rhubarb & Rye	Tannery Yard 101	Leeds	\N	LS1 4AP	UK
11011	AUXTI	1	1998-03-14	1998-04-11	1998-03-19	1	0.04	Aux Tilleuls	quai des Tilleuls 46	Annecy	\N	74000	France
11012	MERCA	9	1998-03-15	1998-04-12	1998-03-28	1	0.18	Mercado do Porto	Travessa da Maré 111	Recife	PE	50030-230	Brazil
11013	SHIRA	7	1998-03-16	1998-03-30	1998-03-23	6	125.56	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
11014	ORESU	7	1998-03-16	1998-03-30	1998-03-21	1	685.87	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
11015	NORTH	5	1998-03-17	1998-03-31	1998-04-05	1	3.51	Northshore Provisions	Lakehead Road 60	Duluth	MN	55802	USA
11016	BAUCK	4	1998-03-18	1998-04-01	1998-03-24	4	3.75	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
11017	ABAST	8	1998-03-19	1998-04-02	1998-03-31	2	110.38	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
11018	GARRY	2	1998-03-20	1998-04-17	1998-04-07	5	210.65	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
11019	KARDE	2	1998-03-21	1998-04-04	1998-03-27	3	1.54	Kardemumma	Fiskgränd 157	Malmö	\N	211 22	Sweden
11020	DEGOU	3	1998-03-21	1998-04-18	1998-04-06	6	0.02	De Gouden Korenaar	Korenkaai 108	Gent	\N	9000	Belgium
11021	HARBO	3	1998-03-22	1998-04-19	1998-04-04	4	0.02	Harbour Larder	Lighthouse Lane 99	Halifax	NS	B3H 1A4	Canada
11022	SABOR	9	1998-03-23	1998-04-20	1998-03-28	1	1.01	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
11023	ELTUR	9	1998-03-24	1998-04-07	1998-04-11	5	59.73	El Turpial	\nCarrera Crepúsculo 3\n	Barquisimeto	Lara	3001	Venezuela
11024	GARRY	1	1998-03-25	1998-04-22	1998-04-06	6	187.42	Garry Oak Grocery	Cormorant Street 22	Victoria	BC	V8W 1P6	Canada
11025	WATER	4	1998-03-25	1998-04-22	1998-04-07	6	42.17	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
11026	ABAST	7	1998-03-26	1998-05-07	1998-03-28	3	490.16	Abasto Jacinto	Carrera Crepúsculo 149	Barquisimeto	Lara	3001	Venezuela
11027	MOINH	1	1998-03-27	1998-05-08	1998-04-08	2	0.02	Moinho Velho	Rua das Salinas 151	Aveiro	\N	3800-112	Portugal
11028	DROGH	5	1998-03-28	1998-04-25	1998-04-10	5	0.02	Drogheria Ghirardi	Via del Mulino 81	Parma	\N	43121	Italy
11029	LABAL	1	1998-03-29	1998-05-10	1998-04-11	3	2.92	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
11030	LABAL	3	1998-03-29	1998-04-26	1998-04-09	1	361.05	La Balanza	Pasaje Ceibal 7;\tDepósito B	Rosario	\N	2000	Argentina
11031	TIDEW	2	1998-03-30	1998-05-11	1998-04-11	5	0.02	Tidewater Foods	Magnolia Row 57	Savannah	GA	31401	USA
11032	KLIPP	4	1998-03-31	1998-04-28	1998-04-19	1	2.49	Klippfisk & Co	Sjøgata 86	Ålesund	\N	6002	Norway
11033	INNER	5	1998-04-01	1998-04-29	1998-04-08	2	60.61	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
11034	QUILL	1	1998-04-02	1998-04-30	1998-04-22	6	46.81	Quillfeather Trading	 	Leeds	\N	LS1 4AP	UK
11035	TANNE	2	1998-04-02	1998-05-14	1998-04-09	3	468.92	Tannery Yard Foods	Tannery Yard 118	Leeds	\N	LS1 4AP	UK
11036	PECAN	4	1998-04-03	1998-05-15	1998-04-06	6	0.02	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
11037	VERGE	6	1998-04-04	1998-05-16	\N	2	0.02	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
11038	NARAN	6	1998-04-05	1998-05-03	1998-04-16	3	0.07	Naranjos Reunidos	Calle de la Lonja 75	Valencia	NULL	46003	Spain
11039	ELIAF	4	1998-04-06	1998-05-04	\N	3	15.04	Ελιά Elia Foods	Οδός Ελιάς 13	Θεσσαλονίκη	\N	546 24	Ελλάδα
11040	LATTE	2	1998-04-07	1998-05-05	1998-04-11	1	20.96	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
11041	QUEEN	2	1998-04-07	1998-05-19	\N	2	9.35	Queen City Deli	Maple Wharf 147	Burlington	VT	05401	USA
11042	INNER	4	1998-04-08	1998-05-06	1998-04-28	1	580.69	Inner Harbour Imports	Cormorant Street 91	Victoria	BC	V8W 1P6	Canada
11043	LYPAM	8	1998-04-09	1998-05-07	\N	4	0.03	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
11044	PEPER	7	1998-04-10	1998-05-08	1998-04-20	1	321.68	Peper en Zout	Korenkaai 47	Gent	\N	9000	Belgium
11045	GLASH	3	1998-04-11	1998-05-23	\N	6	1.43	Glashütten Markt	Am Glaswerk 103	Jena	\N	07743	Germany
11046	CHIMA	3	1998-04-11	1998-05-09	1998-04-16	4	0.02	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
11047	FRUTA	4	1998-04-12	1998-05-24	\N	2	10.66	Frutas Crepúsculo	Carrera Crepúsculo 161	Barquisimeto	Lara	3001	Venezuela
11048	KAPEL	7	1998-04-13	1998-04-27	1998-05-01	3	1.76	Kapellhof	Kapellgasse 80	Luzern	\N	6003	Switzerland
11049	LESDE	9	1998-04-14	1998-05-26	\N	4	0.02	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
11050	ORESU	5	1998-04-15	1998-04-29	1998-05-05	2	242.54	Öresunds Delikatesser	Fiskgränd 39	Malmö	\N	211 22	Sweden
11051	BACKE	7	1998-04-15	1998-05-13	\N	4	25.8	Bäckerei Lührs	Hafenstraße 62	Bremen	\N	28195	Germany
11052	PECAN	2	1998-04-16	1998-05-28	1998-04-20	2	0.91	Pecan Alley	Magnolia Row 125	Savannah	GA	31401	USA
11053	SABOR	4	1998-04-17	1998-05-15	\N	6	0.02	Sabor da Maré	Travessa da Maré 144	Recife	PE	50030-230	Brazil
11054	MAGNO	3	1998-04-18	1998-05-30	1998-04-23	2	0.89	Magnolia Mercantile	Magnolia Row 166	Savannah	GA	31401	USA
11055	MLLER	3	1998-04-19	1998-05-31	\N	6	0.31	Mølleriet	Møllestien 135	Aarhus	\N	8000	Denmark
11056	DENBL	5	1998-04-19	1998-05-17	1998-05-05	1	1.01	Den Blå Krukke	Møllestien 124	Aarhus	\N	8000	Denmark
11057	KOSKI	8	1998-04-20	1998-05-18	\N	4	0.27	Koskipuoti	Koskikatu 77	Tampere	\N	33100	Finland
11058	KRAUT	9	1998-04-21	1998-05-19	1998-05-06	4	0.03	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
11059	LESDE	7	1998-04-22	1998-05-20	\N	6	137.96	Les Deux Moulins	rue du Beffroi 146	Lille	\N		France
11060	NASIJ	3	1998-04-23	1998-06-04	1998-04-24	2	307.58	Näsijärven Herkku	Koskikatu 14	Tampere	\N	33100	Finland
11061	SALIN	1	1998-04-24	1998-06-05	\N	4	0.02	Salinas do Vouga	Rua das Salinas 46	Aveiro		3800-112	Portugal
11062	SHIRA	6	1998-04-24	1998-05-22	1998-05-06	4	64.54	白樺 Shirakaba Shop	北一条西 135	札幌市	\N	060-0001	日本
11063	CHIMA	7	1998-04-25	1998-05-23	\N	5	0.65	Chimayo Road Foods	Camino Piñon 69	Santa Fe	NM	87501	USA
11064	GRENI	9	1998-04-26	1998-05-24	1998-05-06	2	396.59	Grenier du Lac	quai des Tilleuls 114	Annecy	\N	74000	France
11065	LATTE	4	1998-04-27	1998-05-25	\N	5	375.87	Latteria Zobi	Via del Mulino 105	Parma	\N	43121	Italy
11066	LYPAM	3	1998-04-28	1998-05-26	1998-05-06	3	1.39	Lypa Market	вул. Липова 57	Київ	\N	01001	Україна
11067	IRONP	2	1998-04-28	1998-06-09	\N	1	0.18	Iron Pier Grocers	Lakehead Road 121	Duluth	MN	55802	USA
11068	TRESF	3	1998-04-29	1998-05-27	1998-05-06	1	219.23	Três Figueiras	Avenida dos Ipês 151	Porto Alegre	RS	90010-150	Brazil
11069	VERGE	5	1998-04-30	1998-06-11	\N	4	629.66	Vergennes Mill	Maple Wharf 28	Burlington	VT	05401	USA
11070	SCHLU	2	1998-05-01	1998-05-15	1998-05-05	5	0.02	Schlüssel & Söhne	Hafenstraße 82	Bremen	\N	28195	Germany
11071	HUERT	6	1998-05-02	1998-06-13	\N	3	1.11	Huerta Clara	Calle de la Lonja 117	Valencia	\N	46003	Spain
11072	UMPQU	8	1998-05-02	1998-06-13	1998-05-06	3	504.35	Umpqua Pantry	Ferncreek Avenue 122	Eugene	OR	97401	USA
11073	BAUCK	6	1998-05-03	1998-05-17	\N	4	2.82	Bałucki Rynek	ul. Wiśniowa 103	Łódź	\N	90-001	Poland
11074	WATER	2	1998-05-04	1998-06-01	1998-05-06	5	0.02	Waterzooi Traiteur	Korenkaai 21	Gent	\N	9000	Belgium
11075	KRAUT	9	1998-05-05	1998-06-02	\N	5	49.17	Kräuterhaus Jena	Am Glaswerk 69	Jena	\N	07743	Germany
11076	MAPLE	9	1998-05-06	1998-06-03	1998-05-06	5	28.12	Maple Wharf Co-op	Maple Wharf 74	Burlington	VT	05401	USA
11077	BIRCH	5	1998-05-06	1998-05-20	\N	1	0.22	Birchbark Deli	Lakehead Road 7	Duluth	MN	55802	USA
\.

COPY products (product_id, product_name, supplier_id, category_id, quantity_per_unit, unit_price, units_in_stock, units_on_order, reorder_level, discontinued) FROM stdin;
1	Harbour Pale Ale	12	1	10 x 250 g	3	8	30	30	0
2	Cinder Stout	16	1	20 x 100 g	54	21	0	5	0
3	Guaraná Jabuti	24	1	12 x 400 g	73.82	39	50	25	0
4	Côte "Claire", 1re cuvée	18	1	1 sack	93	63	10	15	1
5	Verbena Cordial	16	1	20 x 100 g	117.44	114	40	30	0
6	Island Roast Coffee	18	1	case of 8	13	20	20	25	1
7	Lakehead Lager	9	1	case of 15	3	59	20	30	0
8	Birch Water	19	1	20 x 100 g	7	44	50	10	0
9	Hop Garden Bitter	2	1	12 x 400 g	103	96	40	5	0
10	Elderflower Press	2	1	1 sack	3.1	112	70	25	0
11	Smoked Plum Tea	29	1	16 x 0.33 l	3	51	70	20	0
12	Café do Planalto	13	1	10 x 250 g	4	48	70	10	1
13	Okra Stew Base	23	2	30 x 75 g	3	36	0	30	0
14	Hedgerow Jelly	2	2	12 x 400 g	3	85	10	0	0
15	Fenugreek Honey	4	2	case of 15	3.58	97	30	30	0
16	Shōyu Reserve	2	2	case of 8	3.5	31	70	25	0
17	Pepper Relish	8	2	12 x 400 g	3	29	60	0	1
18	Coconut Sambal	29	2	30 x 75 g	114.3	113	50	25	0
19	Senf „süß“	7	2	9 jars	12	113	70	10	0
20	Salsa de Árbol	24	2	case of 15	64.3	82	50	5	0
21	Oxymel Vinegar	29	2	tray of 40	128	84	0	30	1
22	Walnut Ketchup	2	2		135	80	40	25	0
23	Black Garlic Paste	27	2	\N	3	110	0	25	0
24	Ajvar Mild	26	2	12 x 400 g	92.1	84	20	30	0
25	Meringue Nests	1	3	6 x 1 kg	10.4	74	30	30	0
26	Oat Biscuits	23	3	case of 15	3.1	1	60	25	1
27	Quince Cubes	23	3	20 x 100 g	16.1	29	30	30	1
28	Thistle Shortbread	26	3	case of 15	3	54	60	25	1
29	Nougat-Riegel	9	3	9 jars	93	53	60	5	0
30	Gummi Seals	15	3	30 x 75 g	3	68	70	20	1
31	Liquorice Coins 	15	3	1 sack	4.4	61	0	5	0
32	Poffert Mix	29	3	4 crates of 6	5.43	85	40	10	0
33	Halva Pistache	9	3	9 jars	10.14	99	40	15	0
34	Piparkakut	20	3	10 x 250 g	56	10	10	25	0
35	Runeberg Cakes	17	3	30 x 75 g	102.3	78	0	10	0
36	Brigadeiro Box	10	3	20 x 100 g	3.2	2	0	30	0
37	Salted Fudge	28	3	10 x 250 g	64.78	73	30	20	0
38	Queijo da Serra	4	4	4 crates of 6	53.11	85	50	20	0
39	Blu dei Ponti	12	4	4 crates of 6	4.26	113	50	10	0
40	Ricotta Salata	29	4	9 jars	4.7	50	30	25	0
41	Brunost Mild	6	4	case of 15	7	87	40	10	0
42	Tomme du Lac	2	4	tray of 40	26	124	70	20	0
43	Raclette Haute	7	4	tray of 40	3	112	60	5	0
44	Rømme	5	4	16 x 0.33 l	4.2	85	40	30	0
45	Skyr Blåbær	3	4	6 x 1 kg	14	39	0	0	0
46	Kefir Plain	21	4	1 sack	4.05	82	70	30	0
47	Cultured Butter	21	4	case of 15	17.7	63	10	25	0
48	Rågbröd	26	5	20 x 100 g	3	49	50	30	0
49	Soba Dry	1	5	9 jars	6.4	2	70	5	0
50	Orecchiette	7	5	case of 15	80.78	60	50	5	0
51	Black Barley	27	5	tray of 40	150.9	47	60	25	0
52	Polenta Gialla	27	5	20 x 100 g	3	81	70	20	1
53	Buckwheat Groats	25	5	4 crates of 6	26.9	38	70	20	0
54	Rye Crisps	26	5	9 jars	75.63	82	50	20	0
55	Hill Mutton	3	6	1 sack	145.6	62	40	20	0
56	Bratwurst Fein	23	6	9 jars	3	87	0	30	0
57	Venison Jerky	25	6	4 crates of 6	13	78	0	25	1
58	Duck Rillettes	11	6	9 jars	11	94	60	10	0
59	Kabanos Długie	12	6	tray of 40	23	95	60	10	0
60	Smoked Brisket	13	6	12 x 400 g	61.1	2	70	30	0
61	Dried Pears	19	7	9 jars	51.9	40	40	5	0
62	Silken Tofu	9	7	9 jars	3	16	60	0	0
63	Sauerkraut Fein	7	7	tray of 40	3	84	70	15	1
64	Apple Rings	29	7	10 x 250 g	5	30	60	0	0
65	Yuba Sheets	20	7	9 jars	4.2	9	60	5	0
66	Wakame	6	8	12 x 400 g	3	4	20	10	0
67	Dulse Flakes	29	8	12 x 400 g	23.3	27	70	30	0
68	Matjes im Fass	27	8	1 sack	141	84	60	0	0
69	Klippfisk	16	8	case of 15	3.1	45	50	25	0
70	Smoked Trout	7	8	12 x 400 g	3	72	10	20	0
71	Sprats in Oil	28	8	12 x 400 g	5.6	43	70	5	1
72	Cockles	22	8	tray of 40	3.2	62	0	10	0
73	Clam Broth	11	8	case of 8	7	44	30	0	1
74	Snow Crab	13	8	10 x 250 g	59.6	37	40	30	0
75	Rökt Ål	6	8	4 crates of 6	137.9	75	40	25	1
76	Mussels Escabeche	5	8	6 x 1 kg	8.47	23	20	15	0
77	Nori Rolls	11	8	1 sack	27	68	70	30	0
\.

COPY region (region_id, region_description) FROM stdin;
1	Atlantic   
2	Pacific
3	Lakes
4	Gulf
\.

COPY shippers (shipper_id, company_name, phone) FROM stdin;
1	Swift Parcel	(306) 555-3238
2	Blue Anchor Haulage	(306) 555-1508
3	Longroad Freight	(306) 555-6509
4	Four Winds Couriers	(306) 555-0724
5	Postbox & Sons	(306) 555-5358
6	Night Van	(306) 555-3656
\.

COPY suppliers (supplier_id, company_name, contact_name, contact_title, address, city, region, postal_code, country, phone, fax, homepage) FROM stdin;
1	Tideline Conservas	Pascal Takahata	Sales Representative	Rua das Salinas 170	Aveiro	\N	3800-112	Portugal	(234) 555-7398		\N
2	Bebidas Jabuti Ltda.	Adaeze Montalvo	Owner/Marketing Assistant	Avenida dos Ipês 117	Porto Alegre	RS	90010-150	Brazil	(51) 555-9009	(51) 555-4690	http://www.example.com/a?b="c"&d=e;f,g#h
3	Hedgerow Works	Greta O'Shea	Marketing Assistant	Lakehead Road 3	Duluth	MN	55802	USA	(218) 555-2167	(218) 555-9163	\N
4	Hornero Hermanos	Tamsin Eskildsen	Sales Representative	Pasaje Ceibal 25	Rosario	\N	2000	Argentina	(0341) 555-6174	(0341) 555-0017	
5	Confiserie des Remparts	Vicente Fournier	Sales Manager	rue du Beffroi 177	Lille	\N	59800	France	(20.55) 555-8724	(20.55) 555-9614	\N
6	Engenho Maracatu	Niamh Ramsbottom	Sales Manager	Engenho Novo s/n,\nkm 4	Recife	PE	50030-230	Brazil	(81) 555-6906	\N	\N
7	Hansa Fischhalle GmbH	Wanda Hølund	Purchasing Agent	Hafenstraße 30	Bremen	\N	28195	Germany	(0421) 555-1457	(0421) 555-3013	\N
8	Fundy Catch Co.	Pascal Abernathy	Order Clerk	Lighthouse Lane 61	Halifax	NS	B3H 1A4	Canada	(902) 555-3099	\N	\\N
9	Arrozal Grande S.L.	Marisol Ivanenko	Accounting Manager	Calle de la Lonja 127	Valencia	\N	46003	Spain	(96) 555-0570	\N	\N
10	Saale Kellerei KG	Adaeze Takahata	Sales Representative	Am Glaswerk 4	Jena	\N	07743	Germany	(03641) 555-7877	(03641) 555-5785	\N
11	Cinder Cone Brewing	Adaeze Brandão	Sales Manager	Ferncreek Avenue 172	Eugene	OR	97401	USA	(541) 555-1965	\N	NULL
12	Knäcke & Kaffe AB	Yannick Yarrow	Purchasing Agent	Fiskgränd 64	Malmö	\N	211 22	Sweden	(040) 555-5247	\N	\N
13	Cacao Llanero C.A.	Chiara Takahata	Sales Representative	Carrera Crepúsculo 155	Barquisimeto	Lara	3001	Venezuela	(051) 555-0366	\N	\N
14	Sunnmøre Tørrfisk AS	Chiara Ivanenko	Marketing Assistant	Sjøgata 166	Ålesund		6002	Norway	(70) 555-3399	\N	\N
15	Mosterdhuis B.V.	Niamh Ivanenko	Purchasing Agent	Korenkaai 32	Gent	\N	9000	Belgium	(09) 555-0781	(09) 555-6891	\N
16	Caseificio Tre Ponti	Zoë Eskildsen	Owner	Via del Mulino 178	Parma	\N	43121	Italy	(0521) 555-5335	(0521) 555-2373	\N
17	Αλάτι & Ρίγανη	Ottavia Vandenberg	Accounting Manager	Οδός Ελιάς 76	Θεσσαλονίκη	\N	546 24	Ελλάδα	(2310) 555-0557	\N	\N
18	Gullah Rice Works	Adaeze Montalvo	Sales Representative	Magnolia Row 24	Savannah	GA	31401	USA	(912) 555-7316	\N	\N
19	Młyn Bałucki Sp. z o.o.	Pascal Urquhart	Owner	ul. Wiśniowa 79	Łódź	\N	90-001	Poland	(42) 555-1492	\N	line one\nline two\n
20	Skellig Dairy Co-op	Hugo Lemaître	Owner/Marketing Assistant	Coal Quay 154	Cork	Co. Cork	\N	Ireland	(021) 555-9760	(021) 555-4881	\N
21	Пасіка Карпати	Søren Montalvo	Purchasing Agent	вул. Липова 73	Київ	\N	01001	Україна	(044) 555-1465	(044) 555-9883	\N
22	Crèmerie des Aravis	Yannick Quarrie	Accounting Manager	quai des Tilleuls 61	Annecy	\N	74000	France	(50.55) 555-0891	(50.55) 555-7820	\N
23	Piñon Ridge Mill	Vicente Jørgensen	Sales Representative	Camino Piñon 140	Santa Fe	NM	87501	USA	(505) 555-6945	(505) 555-7596	\N
24	Rug & Rønne ApS	Joaquín Sandoval	Purchasing Agent	Møllestien\t3 B	Aarhus	\N	8000	Denmark	(86) 555-7697	(86) 555-2938	\N
25	Salish Sea Kelp	Yannick Quarrie	Marketing Assistant	Cormorant Street 3	Victoria	BC	V8W 1P6	Canada	(250) 555-5469	(250) 555-6716	\N
26	Alpkäserei Füürstein	Łucja Vandenberg	Order Clerk	Kapellgasse 144	Luzern	\N	6003	Switzerland	(041) 555-3478	(041) 555-7378	\N
27	大雪山食品	Ulla Jørgensen	Sales Representative	北一条西 157	札幌市	\N	060-0001	日本	(011) 555-6883	\N	大雪山食品 <http://www.example.org/ja/>
28	Champlain Orchards	Yannick Núñez	Marketing Assistant	Maple Wharf 30	Burlington	VT	05401	USA	(802) 555-8366	\N	\N
29	Pyynikki Makeiset Oy	Łucja Ramsbottom	Order Clerk	Koskikatu 132	Tampere	\N	33100	Finland	(03) 555-1718	\N	\N
\.

COPY territories (territory_id, territory_description, region_id) FROM stdin;
01207	Worcester	1
02924	Bedford  	1
04641	Nashua	1
06358	Hartford	1
08075	New Haven	1
09792	Albany	1
11509	Trenton	1
13226	Newark	1
14943	Paterson	1
16660	Dover	1
18377	Reading	1
20094	Lancaster	1
21811	Scranton	1
23528	Ithaca	1
25245	Utica	1
26962	Stamford	1
28679	Bangor	1
30396	Concord	1
32113	Rutland	1
33830	Boise	2
35547	 Spokane	2
37264	Tacoma	2
38981	Salem	2
40698	Medford	2
42415	Reno	2
44132	Provo	2
45849	Ogden	2
47566	Fresno	2
49283	Modesto	2
51000	Santa Rosa	2
52717	Bellingham	2
54434	Missoula	2
56151	Tucson	2
57868	Pueblo	2
59585	Fargo	3
61302	Bismarck	3
63019	Duluth	3
64736	Rochester	3
66453	Green Bay	3
68170	Madison	3
69887	Appleton	3
71604	Dearborn	3
73321	Saginaw	3
75038	Toledo	3
76755	Akron	3
78472	Mobile	4
80189	Macon	4
81906	Augusta	4
83623	Savannah	4
85340	Ocala	4
87057	Biloxi	4
88774	Shreveport	4
90491	Waco	4
\.

COPY us_states (state_id, state_name, state_abbr, state_region) FROM stdin;
1	Alabama	AL	south
2	Alaska	AK	west
3	Arizona	AZ	west
4	Arkansas	AR	south
5	California	CA	west
6	Colorado	CO	west
7	Connecticut	CT	northeast
8	Delaware	DE	south
9	District of Columbia	DC	south
10	Florida	FL	south
11	Georgia	GA	south
12	Hawaii	HI	west
13	Idaho	ID	west
14	Illinois	IL	midwest
15	Indiana	IN	midwest
16	Iowa	IA	midwest
17	Kansas	KS	midwest
18	Kentucky	KY	south
19	Louisiana	LA	south
20	Maine	ME	northeast
21	Maryland	MD	south
22	Massachusetts	MA	northeast
23	Michigan	MI	midwest
24	Minnesota	MN	midwest
25	Mississippi	MS	south
26	Missouri	MO	midwest
27	Montana	MT	west
28	Nebraska	NE	midwest
29	Nevada	NV	west
30	New Hampshire	NH	northeast
31	New Jersey	NJ	northeast
32	New Mexico	NM	west
33	New York	NY	northeast
34	North Carolina	NC	south
35	North Dakota	ND	midwest
36	Ohio	OH	midwest
37	Oklahoma	OK	south
38	Oregon	OR	west
39	Pennsylvania	PA	northeast
40	Rhode Island	RI	northeast
41	South Carolina	SC	south
42	South Dakota	SD	midwest
43	Tennessee	TN	south
44	Texas	TX	south
45	Utah	UT	west
46	Vermont	VT	northeast
47	Virginia	VA	south
48	Washington	WA	west
49	West Virginia	WV	south
50	Wisconsin	WI	midwest
51	Wyoming	WY	west
\.

ALTER TABLE categories ADD CONSTRAINT pk_categories PRIMARY KEY (category_id);
ALTER TABLE customer_customer_demo ADD CONSTRAINT pk_customer_customer_demo PRIMARY KEY (customer_id, customer_type_id);
ALTER TABLE customer_demographics ADD CONSTRAINT pk_customer_demographics PRIMARY KEY (customer_type_id);
ALTER TABLE customers ADD CONSTRAINT pk_customers PRIMARY KEY (customer_id);
ALTER TABLE employees ADD CONSTRAINT pk_employees PRIMARY KEY (employee_id);
ALTER TABLE employee_territories ADD CONSTRAINT pk_employee_territories PRIMARY KEY (employee_id, territory_id);
ALTER TABLE orders ADD CONSTRAINT pk_orders PRIMARY KEY (order_id);
ALTER TABLE products ADD CONSTRAINT pk_products PRIMARY KEY (product_id);
ALTER TABLE region ADD CONSTRAINT pk_region PRIMARY KEY (region_id);
ALTER TABLE shippers ADD CONSTRAINT pk_shippers PRIMARY KEY (shipper_id);
ALTER TABLE suppliers ADD CONSTRAINT pk_suppliers PRIMARY KEY (supplier_id);
ALTER TABLE territories ADD CONSTRAINT pk_territories PRIMARY KEY (territory_id);
ALTER TABLE us_states ADD CONSTRAINT pk_us_states PRIMARY KEY (state_id);

ALTER TABLE customer_customer_demo ADD CONSTRAINT fk_customer_customer_demo_customer_demographics
    FOREIGN KEY (customer_type_id) REFERENCES customer_demographics (customer_type_id);
ALTER TABLE customer_customer_demo ADD CONSTRAINT fk_customer_customer_demo_customers
    FOREIGN KEY (customer_id) REFERENCES customers (customer_id);
ALTER TABLE employees ADD CONSTRAINT fk_employees_employees
    FOREIGN KEY (reports_to) REFERENCES employees (employee_id);
ALTER TABLE employee_territories ADD CONSTRAINT fk_employee_territories_territories
    FOREIGN KEY (territory_id) REFERENCES territories (territory_id);
ALTER TABLE employee_territories ADD CONSTRAINT fk_employee_territories_employees
    FOREIGN KEY (employee_id) REFERENCES employees (employee_id);
ALTER TABLE orders ADD CONSTRAINT fk_orders_customers
    FOREIGN KEY (customer_id) REFERENCES customers (customer_id);
ALTER TABLE orders ADD CONSTRAINT fk_orders_employees
    FOREIGN KEY (employee_id) REFERENCES employees (employee_id);
ALTER TABLE orders ADD CONSTRAINT fk_orders_shippers
    FOREIGN KEY (ship_via) REFERENCES shippers (shipper_id);
ALTER TABLE products ADD CONSTRAINT fk_products_categories
    FOREIGN KEY (category_id) REFERENCES categories (category_id);
ALTER TABLE products ADD CONSTRAINT fk_products_suppliers
    FOREIGN KEY (supplier_id) REFERENCES suppliers (supplier_id);
ALTER TABLE territories ADD CONSTRAINT fk_territories_region
    FOREIGN KEY (region_id) REFERENCES region (region_id);

COMMIT;
