import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { locale } from './strings/app';

document.documentElement.lang = locale;

const target = document.getElementById('desk');
if (target) mount(App, { target });
