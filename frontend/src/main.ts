import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import Desk from './Desk.svelte';

const target = document.getElementById('desk');
if (target) mount(Desk, { target });
