import '@fontsource-variable/inter/index.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import './phones.css';
import { mount } from 'svelte';
import { locale } from '../strings/app';
import Phones from './Phones.svelte';

document.documentElement.lang = locale;

const target = document.getElementById('phones');
if (target) mount(Phones, { target });
