import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from '@bacons/xcode/json';
import * as schemes from '@bacons/xcode/scheme';
import * as xcconfig from '@bacons/xcode/xcconfig';
import { describe, expect, test } from '@jest/globals';
import { DOMParser } from 'linkedom';
import { appTargets } from '../../scripts/swift/typecheck.ts';

/** Xcode is not at hand: what can be said of the projects without it. */
const root = join(import.meta.dirname, '../..');

type Plist = string | boolean | number | Plist[] | { [key: string]: Plist };
/** As much of an element of XML as there is to a property list. */
interface XmlElement {
  localName: string;
  textContent: string | null;
  children: ArrayLike<XmlElement>;
}
type Dictionary = { [key: string]: Plist };

function readPlist(file: string): Dictionary {
  const document = new DOMParser().parseFromString(readFileSync(file, 'utf8'), 'text/xml');
  const read = (element: XmlElement): Plist => {
    const children = Array.from(element.children);
    switch (element.localName) {
      case 'dict':
        return Object.fromEntries(
          children.flatMap((child, i) =>
            child.localName === 'key' ? [[child.textContent, read(children[i + 1]!)]] : [],
          ),
        );
      case 'array':
        return children.map(read);
      case 'string':
        return element.textContent ?? '';
      case 'integer':
        return Number(element.textContent);
      default:
        return element.localName === 'true';
    }
  };
  return read(document.querySelector('plist > dict') as unknown as XmlElement) as Dictionary;
}

interface PbxObject {
  isa: string;
  name?: string;
  path?: string;
  sourceTree?: string;
  children?: string[];
  [key: string]: unknown;
}

/** A project with what it refers to. */
function open(system: 'iOS' | 'macOS') {
  const folder = join(root, system.toLowerCase());
  const file = join(folder, 'Jarvis.xcodeproj/project.pbxproj');
  const project = parse(readFileSync(file, 'utf8')) as unknown as {
    objectVersion: string | number;
    rootObject: string;
    objects: Record<string, PbxObject>;
  };
  const { objects } = project;
  const main = objects[project.rootObject]!;
  const paths: Record<string, string> = {};
  (function walk(id: string, parent: string) {
    const object = objects[id]!;
    if (object.sourceTree === 'BUILT_PRODUCTS_DIR') return;
    paths[id] = join(parent, object.path ?? '');
    for (const child of object.children ?? []) walk(child, paths[id]);
  })(main.mainGroup as string, folder);
  const targets = (main.targets as string[]).map((id) => {
    const target = objects[id]!;
    const list = objects[target.buildConfigurationList as string]!.buildConfigurations as string[];
    const configuration = paths[objects[list[0]!]!.baseConfigurationReference as string]!;
    const settings = xcconfig.flattenBuildSettings(xcconfig.parseFile(configuration), {});
    return {
      id,
      name: target.name!,
      settings,
      folders: (target.fileSystemSynchronizedGroups as string[]).map((group) => paths[group]!),
      products: (target.packageProductDependencies as string[]).map((each) => objects[each]!.productName as string),
      info: readPlist(join(folder, settings.INFOPLIST_FILE!)),
      entitlements: readPlist(join(folder, settings.CODE_SIGN_ENTITLEMENTS!)),
    };
  });
  return { folder, file, project, objects, main, paths, targets };
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

/** All Swift that an app of a system is built of, as one text; files of the other system, which are fenced, count as well. */
function sourcesOf(folders: string[]): string {
  return folders
    .flatMap((folder) => filesIn(folder, '.swift'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The folders of the package's targets that an app is built of: those that it imports, and what they import. */
function packageSourcesOf(folders: string[]): string[] {
  const found = new Set<string>();
  (function add(text: string) {
    for (const [, name] of text.matchAll(/^(?:@\w+ )*import (\w+)/gm)) {
      const folder = join(root, 'swift/JarvisKit/Sources', name!);
      if (!existsSync(folder) || found.has(folder)) continue;
      found.add(folder);
      add(sourcesOf([folder]));
    }
  })(sourcesOf(folders));
  return [...found];
}

describe.each(['iOS', 'macOS'] as const)('The project for %s', (system) => {
  const { folder, file, project, objects, main, paths, targets } = open(system);
  const app = targets.find(({ name }) => name === 'Jarvis')!;

  test('has an icon in every size that it names', () => {
    const set = join(folder, 'Jarvis/Assets.xcassets/AppIcon.appiconset');
    const { images } = JSON.parse(readFileSync(join(set, 'Contents.json'), 'utf8')) as {
      images: { filename: string; size: string; scale?: string }[];
    };
    expect(images.length).toBeGreaterThan(0);
    for (const { filename, size, scale } of images) {
      const picture = readFileSync(join(set, filename));
      // PNG, section 11.2.2: width and height are the first of the header, after eight bytes of signature and eight of the chunk.
      const sides = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
      const side = Number(size.split('x')[0]) * Number(scale?.[0] ?? 1);
      expect([filename, ...sides]).toEqual([filename, side, side]);
    }
  });

  test('has folders that keep themselves up to date', () => {
    expect(Number(project.objectVersion)).toBe(77);
    expect(targets.map(({ name }) => name)).toEqual(['Jarvis', 'JarvisWidgets']);
    for (const { name, folders } of targets)
      expect(folders.map((each) => each.slice(root.length + 1))).toEqual([
        `${system.toLowerCase()}/${name}`,
        'swift/Shared',
      ]);
    expect(targets.map(({ name }) => `${system.toLowerCase()}/${name}`)).toEqual(appTargets[system]);
  });

  test('refers only to what is there', () => {
    for (const path of Object.values(paths)) expect([path, existsSync(path)]).toEqual([path, true]);
    const identifiers = new Set(Object.keys(objects));
    const mentioned = JSON.stringify(objects)
      .match(/"[0-9A-F]{24}"/g)!
      .map((each) => each.slice(1, -1));
    expect(mentioned.filter((id) => !identifiers.has(id))).toEqual([]);
    for (const each of [app.settings, targets[1]!.settings])
      for (const key of ['INFOPLIST_FILE', 'CODE_SIGN_ENTITLEMENTS'])
        expect(statSync(join(folder, each[key]!)).isFile()).toBe(true);
  });

  test('has the package beside it, and of it what the manifest offers', () => {
    const [reference] = (main.packageReferences as string[]).map((id) => objects[id]!);
    const manifest = readFileSync(join(folder, reference!.relativePath as string, 'Package.swift'), 'utf8');
    const offered = [...manifest.matchAll(/\.library\(\s*name: "(\w+)"/g)].map(([, name]) => name!);
    for (const { products } of targets) {
      expect(products.length).toBeGreaterThan(0);
      expect(offered).toEqual(expect.arrayContaining(products));
    }
  });

  test('is built for the systems and the language that the package is', () => {
    for (const { settings } of targets) {
      expect(settings).toMatchObject({
        SWIFT_VERSION: '6.0',
        IPHONEOS_DEPLOYMENT_TARGET: '17.0',
        MACOSX_DEPLOYMENT_TARGET: '14.0',
      });
      expect(settings.SDKROOT).toBe(system === 'iOS' ? 'iphoneos' : 'macosx');
      // The server's address survives the comment sign of these files.
      expect(settings.JARVIS_SERVER!.replace('$()', '')).toMatch(/^https:\/\/[\w.]+\/graphql$/);
    }
  });

  test('builds each target by a scheme', () => {
    for (const { id, name } of targets) {
      const scheme = schemes.parse(
        readFileSync(join(dirname(file), `xcshareddata/xcschemes/${name}.xcscheme`), 'utf8'),
      );
      const built = scheme.buildAction!.entries!.map((entry) => entry.buildableReference!);
      expect(built[0]).toMatchObject({ blueprintIdentifier: id, blueprintName: name });
      for (const { blueprintIdentifier } of built) expect(objects[blueprintIdentifier!]!.isa).toBe('PBXNativeTarget');
    }
  });

  test('has the widgets in the app, under its name', () => {
    const widgets = targets[1]!;
    expect(widgets.settings.PRODUCT_BUNDLE_IDENTIFIER).toBe(`${app.settings.PRODUCT_BUNDLE_IDENTIFIER}.widgets`);
    const embedded = Object.values(objects).find(({ isa }) => isa === 'PBXCopyFilesBuildPhase')!;
    expect(embedded.dstSubfolderSpec).toBe(13);
    expect(objects[objects[(embedded.files as string[])[0]!]!.fileRef as string]!.path).toBe('JarvisWidgets.appex');
  });

  test('shares the copy and the session with its widgets', () => {
    for (const { entitlements, info } of targets) {
      expect(entitlements['com.apple.security.application-groups']).toEqual(['$(JARVIS_APP_GROUP)']);
      expect(entitlements['keychain-access-groups']).toEqual([info.JarvisKeychainGroup]);
      expect(info.JarvisAppGroup).toBe('$(JARVIS_APP_GROUP)');
      expect(info.JarvisServer).toBe('$(JARVIS_SERVER)');
      if (system === 'macOS')
        expect(entitlements).toMatchObject({
          'com.apple.security.app-sandbox': true,
          'com.apple.security.network.client': true,
        });
    }
  });

  // What the sources use, and what Apple wants for it: an entitlement, or a key of the Info.plist.
  const sources = sourcesOf([...packageSourcesOf(app.folders), ...app.folders]);
  const iOSOnly = system === 'iOS';
  const wanted: [string, RegExp, string[], string[]][] = [
    ['Sign in with Apple', /ASAuthorizationAppleID|SignInWithAppleButton/, ['com.apple.developer.applesignin'], []],
    [
      'pushes',
      /registerForRemoteNotifications/,
      [iOSOnly ? 'aps-environment' : 'com.apple.developer.aps-environment'],
      iOSOnly ? ['UIBackgroundModes'] : [],
    ],
    [
      'calendars and reminders',
      /import EventKit/,
      iOSOnly ? [] : ['com.apple.security.personal-information.calendars'],
      ['NSCalendarsFullAccessUsageDescription', 'NSRemindersFullAccessUsageDescription'],
    ],
    [
      'iCloud',
      /NSPersistentCloudKitContainer/,
      ['com.apple.developer.icloud-services', 'com.apple.developer.icloud-container-identifiers'],
      [],
    ],
    ...(iOSOnly
      ? ([
          ['health data', /import HealthKit/, ['com.apple.developer.healthkit'], ['NSHealthShareUsageDescription']],
          [
            'health data in the background',
            /enableBackgroundDelivery/,
            ['com.apple.developer.healthkit.background-delivery'],
            [],
          ],
          ['Live Activities', /import ActivityKit/, [], ['NSSupportsLiveActivities']],
          [
            'refreshing in the background',
            /BGAppRefreshTaskRequest|backgroundTask\(\.appRefresh/,
            [],
            ['BGTaskSchedulerPermittedIdentifiers'],
          ],
        ] as [string, RegExp, string[], string[]][])
      : []),
  ];

  test.each(wanted)('may do what it does: %s', (_, pattern, entitlements, keys) => {
    if (!pattern.test(sources)) return;
    expect(Object.keys(app.entitlements)).toEqual(expect.arrayContaining(entitlements));
    expect(Object.keys(app.info)).toEqual(expect.arrayContaining(keys));
  });

  test('asks for no more than it uses', () => {
    const used = wanted.filter(([, pattern]) => pattern.test(sources)).flatMap(([, , entitlements]) => entitlements);
    const always = [
      'com.apple.security.application-groups',
      'keychain-access-groups',
      'com.apple.security.app-sandbox',
      'com.apple.security.network.client',
    ];
    expect(Object.keys(app.entitlements).filter((key) => !used.includes(key) && !always.includes(key))).toEqual([]);
  });

  test('says in English and German what it asks for', () => {
    const { strings } = JSON.parse(readFileSync(join(folder, 'Jarvis/InfoPlist.xcstrings'), 'utf8')) as {
      strings: Record<string, { localizations: Record<string, { stringUnit: { value: string } }> }>;
    };
    const asked = Object.keys(app.info).filter((key) => key.endsWith('UsageDescription'));
    expect(Object.keys(strings).sort()).toEqual([...asked, 'CFBundleDisplayName'].sort());
    for (const key of asked) {
      expect(strings[key]!.localizations.en!.stringUnit.value).toBe(app.info[key]);
      expect(strings[key]!.localizations.de!.stringUnit.value).toMatch(/\w/);
    }
  });

  describe.each(targets)('in the privacy manifest of $name', ({ folders }) => {
    const manifest = readPlist(join(folders[0]!, 'PrivacyInfo.xcprivacy'));
    const collected = manifest.NSPrivacyCollectedDataTypes as Dictionary[];
    const accessed = manifest.NSPrivacyAccessedAPITypes as Dictionary[];

    test('the keys and values are Apple’s', () => {
      expect(Object.keys(manifest).sort()).toEqual([
        'NSPrivacyAccessedAPITypes',
        'NSPrivacyCollectedDataTypes',
        'NSPrivacyTracking',
        'NSPrivacyTrackingDomains',
      ]);
      expect([manifest.NSPrivacyTracking, manifest.NSPrivacyTrackingDomains]).toEqual([false, []]);
      for (const each of collected) {
        expect(Object.keys(each).sort()).toEqual(
          ['', 'Linked', 'Purposes', 'Tracking'].map((ending) => `NSPrivacyCollectedDataType${ending}`),
        );
        expect(dataTypes).toContain(
          (each.NSPrivacyCollectedDataType as string).replace('NSPrivacyCollectedDataType', ''),
        );
        expect(each.NSPrivacyCollectedDataTypePurposes).toEqual(['NSPrivacyCollectedDataTypePurposeAppFunctionality']);
      }
    });

    test('every interface that wants a reason has one of Apple’s', () => {
      const text = sourcesOf([...packageSourcesOf(folders), ...folders]);
      const used = reasons.filter(({ pattern }) => pattern.test(text)).map(({ category }) => category);
      expect(accessed.map((each) => each.NSPrivacyAccessedAPIType)).toEqual(
        expect.arrayContaining(used.map((category) => `NSPrivacyAccessedAPICategory${category}`)),
      );
      for (const { NSPrivacyAccessedAPIType: type, NSPrivacyAccessedAPITypeReasons: given } of accessed) {
        const { codes } = reasons.find(({ category }) => `NSPrivacyAccessedAPICategory${category}` === type)!;
        expect(codes).toEqual(expect.arrayContaining(given as string[]));
        expect((given as string[]).length).toBeGreaterThan(0);
      }
    });
  });
});

// As Apple lists them: "Describing data use in privacy manifests", and "Describing use of required reason API".
const dataTypes = [
  ...[
    'Name',
    'EmailAddress',
    'PhoneNumber',
    'PhysicalAddress',
    'OtherUserContactInfo',
    'Health',
    'Fitness',
    'PaymentInfo',
    'CreditInfo',
  ],
  ...[
    'OtherFinancialInfo',
    'PreciseLocation',
    'CoarseLocation',
    'SensitiveInfo',
    'Contacts',
    'EmailsOrTextMessages',
    'PhotosorVideos',
  ],
  ...[
    'AudioData',
    'GameplayContent',
    'CustomerSupport',
    'OtherUserContent',
    'BrowsingHistory',
    'SearchHistory',
    'UserID',
    'DeviceID',
  ],
  ...[
    'PurchaseHistory',
    'ProductInteraction',
    'AdvertisingData',
    'OtherUsageData',
    'CrashData',
    'PerformanceData',
    'OtherDiagnosticData',
  ],
  ...['EnvironmentScanning', 'Hands', 'Head', 'OtherDataTypes'],
];
const reasons = [
  {
    category: 'UserDefaults',
    pattern: /\bUserDefaults\b|@AppStorage\b/,
    codes: ['CA92.1', '1C8F.1', 'C56D.1', 'AC6B.1'],
  },
  {
    category: 'FileTimestamp',
    pattern:
      /\bcreationDate\b(?=.*(?:FileAttribute|attributesOfItem))|\bmodificationDateKey\b|\bcontentModificationDateKey\b|\battributesOfItem\b/,
    codes: ['DDA9.1', 'C617.1', '3B52.1', '0A2A.1'],
  },
  {
    category: 'SystemBootTime',
    pattern: /\bsystemUptime\b|\bmach_absolute_time\b/,
    codes: ['35F9.1', '8FFB.1', '3D61.1'],
  },
  {
    category: 'DiskSpace',
    pattern: /\bvolumeAvailableCapacity|\bsystemFreeSize\b|\bstatfs\b/,
    codes: ['85F4.1', 'E174.1', '7D9E.1', 'B728.1'],
  },
  { category: 'ActiveKeyboards', pattern: /\bactiveInputModes\b/, codes: ['3EC4.1', '54BD.1'] },
];
